import type { FrameEnsemble } from './frame-ensemble.ts';
import { createFrameMedian } from './frame-median.ts';
import { createFrameTrimmedMean } from './frame-trimmed-mean.ts';
import { createFrameMean } from './mean-frames.ts';

/** How many samples become one; the challenge was won with the mean. */
export const COMBINATIONS = ['mean', 'median', 'trimmed-mean'] as const;

export type Combination = (typeof COMBINATIONS)[number];

/** What a trimmed mean leaves out on either side. */
const TRIMMED_SHARE = 0.2;

/** The mean keeps memory of one sample, the others of all; `trimmed-mean` leaves out a fifth of them on either side. */
export function createCombination(combination: Combination): FrameEnsemble {
  if (combination === 'mean') return createFrameMean();
  if (combination === 'median') return createFrameMedian();
  return createFrameTrimmedMean({ share: TRIMMED_SHARE });
}
