import type { Dataset, StateStatistics } from '@borealis/dataset';
import type { TrainingSet } from '@borealis/training';
import { expect, test } from 'vitest';
import { stateNormalisation } from './state-statistics.ts';

test('mean and deviation of each channel; a channel that never moves is not blown up', () => {
  const channel = (mean: number, std: number) => ({ mean, std }) as StateStatistics;
  const training: TrainingSet = { dataset: {} as Dataset, states: [channel(1, 2), channel(-3, 0)] };
  expect(stateNormalisation(training)).toEqual({
    state_mean: Float32Array.of(1, -3),
    state_deviation: Float32Array.of(2, 1e-3),
  });
});
