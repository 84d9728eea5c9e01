/** What went wrong, for programs. */
export type BenchErrorCode =
  | 'unknown-suite'
  | 'unknown-row'
  | 'no-rows'
  | 'invalid-option'
  | 'python-missing'
  | 'peer-install'
  | 'contestant-failed'
  | 'protocol';

/** The error of the benchmarks. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
