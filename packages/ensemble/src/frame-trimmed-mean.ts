import { EnsembleError } from './ensemble-error.ts';
import type { FrameEnsemble } from './frame-ensemble.ts';
import { createOrderedSamples } from './ordered-samples.ts';

export interface TrimmedMeanOptions {
  /** Share of the samples left out on either side, in [0, 0.5): ⌊share · N⌋ of the N values, as scipy's `trim_mean`. */
  readonly share: number;
}

/**
 * Mean over samples of each value by itself, without its largest and smallest. Memory grows with the number of samples.
 * `result` throws {EnsembleError} `not-finite` for NaN, too.
 *
 * @throws {EnsembleError} `out-of-range` for a share that leaves nothing
 */
export function createFrameTrimmedMean({ share }: TrimmedMeanOptions): FrameEnsemble {
  if (!(share >= 0 && share < 0.5)) {
    throw new EnsembleError('out-of-range', `a share of ${share} on either side: expected one in [0, 0.5).`);
  }
  return createOrderedSamples((sorted) => {
    const out = Math.floor(share * sorted.length);
    const rest = sorted.subarray(out, sorted.length - out);
    return rest.reduce((sum, value) => sum + value, 0) / rest.length;
  });
}
