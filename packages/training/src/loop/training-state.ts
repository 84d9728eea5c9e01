import type { LoaderPosition } from '@borealis/dataset';
import type { RandomState } from '@borealis/tensor';
import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import type { TrainingConfig } from './training-config.ts';
import { trainingConfigSchema } from './training-config.ts';

const whole = z.int().nonnegative();

/** What a checkpoint holds besides tensors: all that the rest of a run depends on. */
export const trainingStateSchema = z.strictObject({
  step: whole,
  seed: z.int(),
  /** Behind the last window that was used; null before the first. */
  position: z.strictObject({ epoch: whole, block: whole, index: whole }).nullable(),
  random: z.strictObject({ generator: z.array(z.int()), spare: z.number().nullable() }),
  training: trainingConfigSchema,
  /** Processes that trained together. */
  worldSize: z.int().positive(),
});

export interface TrainingState {
  readonly step: number;
  readonly seed: number;
  readonly position: LoaderPosition | null;
  readonly random: RandomState;
  readonly training: TrainingConfig;
  readonly worldSize: number;
}

/** @throws TrainingError `RUN_MISMATCH` naming what differs */
export function checkResumable(
  state: TrainingState,
  wanted: Pick<TrainingState, 'training' | 'seed' | 'worldSize'>,
  location: string,
): void {
  const stored: Record<string, unknown> = {
    ...state.training,
    seed: state.seed,
    worldSize: state.worldSize,
  };
  const now: Record<string, unknown> = {
    ...wanted.training,
    seed: wanted.seed,
    worldSize: wanted.worldSize,
  };
  const differing = Object.keys(now)
    .filter((key) => JSON.stringify(stored[key]) !== JSON.stringify(now[key]))
    .map((key) => `${key}: ${JSON.stringify(stored[key])} stored, ${JSON.stringify(now[key])} now`);
  if (differing.length === 0) return;
  throw new TrainingError(
    'RUN_MISMATCH',
    `${location}, step ${state.step}: the checkpoint belongs to another training:\n  ${differing.join('\n  ')}\n` +
      'Go on with the settings that it began with, or start a new run.',
  );
}
