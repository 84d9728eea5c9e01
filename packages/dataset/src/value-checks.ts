import { DatasetError } from './dataset-error.ts';
import { TOKEN_CODE_COUNT } from './facts.ts';
import { STATE_COUNT, STATE_NAMES } from './state-names.ts';

/** Position of the first code outside [0, 64000), or −1. */
export function findBadCode(codes: Int32Array): number {
  return codes.findIndex((code) => code < 0 || code >= TOKEN_CODE_COUNT);
}

/** Position of the first number that is NaN or infinite, or −1. */
export function findNonFinite(values: Float32Array): number {
  return values.findIndex((value) => !Number.isFinite(value));
}

/** Throws `token-range` where a code is outside [0, 64000). `byte` is where `codes` begins in `file`. */
export function checkCodes(codes: Int32Array, at: { file: string; shard: number; byte: number }): void {
  const bad = findBadCode(codes);
  if (bad === -1) return;
  const byte = at.byte + bad * 4;
  throw new DatasetError(
    'token-range',
    `${at.file} holds code ${codes[bad]} at byte ${byte}; codes are in [0, ${TOKEN_CODE_COUNT}).`,
    { ...at, byte },
  );
}

/** Throws `state-values` where a state is NaN or infinite. `start` is the frame that `states` [frames, 25] begins with. */
export function checkStates(states: Float32Array, at: { file: string; shard: number; start: number }): void {
  const bad = findNonFinite(states);
  if (bad === -1) return;
  const frame = at.start + Math.floor(bad / STATE_COUNT);
  const byte = (at.start * STATE_COUNT + bad) * 4;
  throw new DatasetError(
    'state-values',
    `${at.file}: ${STATE_NAMES[bad % STATE_COUNT]} of frame ${frame} is ${states[bad]} (byte ${byte}). validateDataset lists all such values.`,
    { file: at.file, shard: at.shard, frame, byte },
  );
}
