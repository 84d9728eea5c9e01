/** What went wrong, for programs. */
export type CliErrorCode =
  | 'golden-form'
  | 'unknown-file'
  | 'nothing-to-verify'
  | 'exists'
  | 'interrupted'
  | 'no-checkpoint'
  | 'nothing-to-evaluate'
  | 'nothing-to-export'
  | 'invalid-option'
  | 'tokens'
  | 'groups'
  | 'submission';

/** The one error of the command line itself; what packages throw passes through as it is. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
