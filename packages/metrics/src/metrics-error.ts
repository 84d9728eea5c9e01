/** What went wrong, for programs. */
export type MetricsErrorCode =
  | 'shape-mismatch'
  | 'too-small'
  | 'empty'
  | 'not-finite'
  | 'out-of-range'
  | 'duplicate-code'
  | 'unsorted'
  | 'unnormalised'
  | 'too-few-segments'
  | 'unpaired'
  | 'not-fitted';

/** The one error that this package throws: the message says what was found, where, and what was expected. */
export class MetricsError extends Error {
  readonly code: MetricsErrorCode;

  constructor(code: MetricsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MetricsError';
    this.code = code;
  }
}
