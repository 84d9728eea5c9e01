import { TensorError } from '../errors.ts';

/** What can go wrong between "no engine on this machine" and "engine in the cache". */
export type EngineErrorReason =
  | 'UNSUPPORTED_PLATFORM' // no TensorFlow wheel is published for this system
  | 'MISSING_PREREQUISITE' // Python, pip or a C++ compiler isn't there
  | 'BROKEN_PACKAGE' // a file that ships with the npm packages isn't there
  | 'DOWNLOAD_FAILED'
  | 'WHEEL_CONTENT' // the wheel lacks a file that we need
  | 'COMPILE_FAILED'
  | 'INSTALLER_FAILED' // tfjs-node's own installer
  | 'DAMAGED'; // a file in the cache isn't what was put there

/** The TensorError (code `PROVISION_FAILED`) of provisioning. Its message names the remedy. */
export class EngineError extends TensorError {
  readonly reason: EngineErrorReason;
  /** What the failing program printed last, where one failed. */
  readonly output: string;

  constructor(
    reason: EngineErrorReason,
    message: string,
    details: { cause?: unknown; output?: string } = {},
  ) {
    super('PROVISION_FAILED', message, details.cause === undefined ? {} : { cause: details.cause });
    this.reason = reason;
    this.output = details.output ?? '';
  }
}
