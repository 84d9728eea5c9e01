/** Everything that @borealis/dit-sampler reports has one of these codes. */
export type DitSamplerErrorCode = 'ARGUMENT' | 'DATASET' | 'PARAMETERS' | 'STATISTICS' | 'WEIGHTS' | 'WINDOW';

/** The error of this package: `code` for programs, the message for people. */
export class DitSamplerError extends Error {
  override readonly name = 'DitSamplerError';
  readonly code: DitSamplerErrorCode;

  constructor(code: DitSamplerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
