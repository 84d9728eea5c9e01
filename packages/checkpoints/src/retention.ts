import { CheckpointError } from './checkpoint-error.ts';

/** Which checkpoints outlive a later save. */
export interface Retention {
  /** So many with the highest steps: at least 1. */
  readonly keepLast: number;
  /** And every one whose step is a multiple of this. */
  readonly keepEvery?: number | undefined;
}

/** @throws CheckpointError `invalid-retention` */
export function checkRetention({ keepLast, keepEvery = 1 }: Retention): void {
  for (const [name, value] of Object.entries({ keepLast, keepEvery })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new CheckpointError(
        'invalid-retention',
        `${name} is ${value}; a whole number from 1 up is expected`,
      );
    }
  }
}

/** Which of these steps, of sound checkpoints all, retention lets go; never the one that was just saved. */
export function stepsToRemove(steps: readonly number[], saved: number, retention: Retention): number[] {
  const { keepLast, keepEvery } = retention;
  const ordered = [...steps].sort((a, b) => a - b);
  return ordered
    .slice(0, -keepLast)
    .filter((step) => step !== saved && (keepEvery === undefined || step % keepEvery !== 0));
}
