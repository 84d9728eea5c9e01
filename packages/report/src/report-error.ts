/** What went wrong, for programs. */
export type ReportErrorCode = 'shape-mismatch' | 'empty' | 'out-of-range' | 'encoding';

/** The one error that this package throws: the message says what was found, where, and what was expected. */
export class ReportError extends Error {
  readonly code: ReportErrorCode;

  constructor(code: ReportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ReportError';
    this.code = code;
  }
}
