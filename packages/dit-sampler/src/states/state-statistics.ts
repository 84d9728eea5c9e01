import type { Statistics, TrainingSet } from '@borealis/training';

/** Deviations below this count as this: a channel that hardly moves must not be blown up to noise. */
const LEAST_DEVIATION = 1e-3;

/** What states are normalised with: `state_mean` and `state_deviation`, `[channels]`. */
export function stateNormalisation({ states }: TrainingSet): Statistics {
  return {
    state_mean: Float32Array.from(states, ({ mean }) => mean),
    state_deviation: Float32Array.from(states, ({ std }) => Math.max(std, LEAST_DEVIATION)),
  };
}
