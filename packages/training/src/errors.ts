/** Everything that @borealis/training reports has one of these codes. */
export type TrainingErrorCode =
  | 'PARAMETER_MISSING'
  | 'PARAMETER_SHAPE'
  | 'PARAMETER_UNEXPECTED'
  | 'LORA_FORM'
  | 'LORA_LAYERS'
  | 'NOT_FINITE'
  | 'NOTHING_TRAINS'
  | 'NO_DATA'
  | 'RUN_MISMATCH'
  | 'RUN_EXISTS'
  | 'RUN_DAMAGED'
  | 'INVALID_ARGUMENT';

/** The error of this package: `code` for programs, the message for people. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError';
  readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
