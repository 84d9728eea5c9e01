export type { CliErrorCode } from './cli-error.ts';
export { CliError } from './cli-error.ts';
export type { Comparison } from './verify/compare.ts';
export type { FileVerification, Verification, VerifyGoldensOptions } from './verify/verify-goldens.ts';
export { verifyGoldens } from './verify/verify-goldens.ts';
