import type { tf } from '@borealis/tensor';
import { createEuler } from './euler.ts';
import type { NoiseSchedule, NoiseScheduleOptions } from './noise-schedule.ts';
import { createUniPc } from './unipc.ts';

export type SolverName = 'euler' | 'unipc';

/** Follows the velocity that a model predicts from noise to data. */
export interface Solver {
  readonly schedule: NoiseSchedule;
  /** A path from the first level to the last; several may be under way at once. */
  begin(): SolverPath;
  /** Lets go of what was compiled. */
  dispose(): void;
}

/** One path: what it remembers of its steps is its own. */
export interface SolverPath {
  /** The latents one level further down; the arguments stay the caller's. Throws when all steps are done. */
  step(latents: tf.Tensor, velocity: tf.Tensor): tf.Tensor;
  dispose(): void;
}

/** @throws DitSamplerError `ARGUMENT` */
export function createSolver(name: SolverName, options: NoiseScheduleOptions): Solver {
  switch (name) {
    case 'euler':
      return createEuler(options);
    case 'unipc':
      return createUniPc(options);
  }
}
