/** What went wrong, for programs. */
export type PerceptualErrorCode = 'pictures' | 'weights' | 'features';

/** The one error that this package throws: the message says what was found, where, and what was expected. */
export class PerceptualError extends Error {
  readonly code: PerceptualErrorCode;

  constructor(code: PerceptualErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PerceptualError';
    this.code = code;
  }
}
