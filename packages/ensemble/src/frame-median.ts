import type { FrameEnsemble } from './frame-ensemble.ts';
import { createOrderedSamples } from './ordered-samples.ts';

/**
 * Median over samples of each value by itself (of an even number: the middle of the two): it minimises the absolute error.
 * Memory grows with the number of samples. `result` throws {EnsembleError} `not-finite` for NaN, too.
 */
export function createFrameMedian(): FrameEnsemble {
  return createOrderedSamples((sorted) => {
    const half = sorted.length / 2;
    const [low = 0, high = 0] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
    return (low + high) / 2;
  });
}
