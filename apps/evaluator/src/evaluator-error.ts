export type EvaluatorErrorCode = 'groups' | 'windows' | 'autoencoder';

/** What is wrong with what is to be evaluated. */
export class EvaluatorError extends Error {
  override readonly name = 'EvaluatorError';
  readonly code: EvaluatorErrorCode;

  constructor(code: EvaluatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
