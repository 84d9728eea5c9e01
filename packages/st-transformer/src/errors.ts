/** Everything that @borealis/st-transformer reports has one of these codes. */
export type StTransformerErrorCode = 'CONFIG' | 'DATASET' | 'OPTION' | 'PARAMETERS' | 'STATISTICS' | 'WINDOW';

/** The error of this package: `code` for programs, the message for people. */
export class StTransformerError extends Error {
  override readonly name = 'StTransformerError';
  readonly code: StTransformerErrorCode;

  constructor(code: StTransformerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
