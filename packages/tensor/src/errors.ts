/** Everything that @borealis/tensor reports has one of these codes. */
export type TensorErrorCode =
  | 'ENGINE_MISSING'
  | 'ENGINE_UNSUPPORTED'
  | 'PROVISION_FAILED'
  | 'BACKEND_NOT_STARTED'
  | 'READ_WHILE_RECORDING'
  | 'RANDOM_WHILE_RECORDING'
  | 'RANDOM_WHILE_RECOMPUTING'
  | 'RECORDING_FAILED'
  | 'RUN_FAILED'
  | 'PROFILE_FAILED'
  | 'NESTED_RECORDING'
  | 'FOREIGN_SYMBOL'
  | 'USED_AFTER_DONATION'
  | 'READ_FAILED'
  | 'CLUSTER_INCOMPLETE'
  | 'CLUSTER_FAILED'
  | 'PEER_LOST'
  | 'PEER_LATE'
  | 'PEER_FAILED'
  | 'INVALID_ARGUMENT';

/** The error of this package: `code` for programs, the message for people. */
export class TensorError extends Error {
  override readonly name = 'TensorError';
  readonly code: TensorErrorCode;

  constructor(code: TensorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
