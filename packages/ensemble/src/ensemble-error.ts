/** What went wrong, for programs. */
export type EnsembleErrorCode = 'shape-mismatch' | 'empty' | 'not-finite' | 'out-of-range';

/** The one error that this package throws: the message says what was found, where, and what was expected. */
export class EnsembleError extends Error {
  readonly code: EnsembleErrorCode;

  constructor(code: EnsembleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EnsembleError';
    this.code = code;
  }
}
