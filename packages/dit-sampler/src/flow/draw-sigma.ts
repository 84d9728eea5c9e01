import type { Random } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import { shiftSigma } from '../solvers/noise-schedule.ts';

/** A noise level for training, in [0, 1): drawn by the configured distribution, then shifted towards noise. */
export function drawSigma(config: Pick<DitSamplerConfig, 'trainingNoise' | 'shift'>, random: Random): number {
  const { trainingNoise: noise, shift } = config;
  switch (noise.distribution) {
    case 'uniform':
      return shiftSigma(random.uniform(), shift);
    case 'logit-normal':
      return shiftSigma(1 / (1 + Math.exp(-(noise.mean + noise.deviation * random.normal()))), shift);
  }
}
