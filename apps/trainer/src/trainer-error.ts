/** Everything that the trainer itself reports has one of these codes; what packages throw passes through. */
export type TrainerErrorCode =
  | 'UNKNOWN_MODEL'
  | 'UNKNOWN_PRESET'
  | 'INVALID_CONFIG'
  | 'INVALID_ARGUMENT'
  | 'LATENTS'
  | 'NOTHING_TRAINED'
  | 'PROCESS_ENDED';

/** The error of the trainer: `code` for programs, the message for people. */
export class TrainerError extends Error {
  override readonly name = 'TrainerError';
  readonly code: TrainerErrorCode;

  constructor(code: TrainerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
