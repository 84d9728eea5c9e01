import { checkTargets } from './cross-entropy.ts';
import { MetricsError } from './metrics-error.ts';
import { checkTopKPredictions } from './top-k-predictions.ts';
import type { TopKPredictions } from './top-k-predictions.ts';

/** Where each target stands among the likeliest codes: what every variant of a top-k score is made of. */
export interface TopKHits {
  readonly k: number;
  readonly classes: number;
  /** `[positions]` rank of the target among the k, counted from 0; −1 for a miss */
  readonly ranks: Int32Array;
  /** `[positions]` log-probability of the target; NaN for a miss */
  readonly logProbabilities: Float64Array;
  /** `[positions]` probability of the k together */
  readonly masses: Float64Array;
}

/**
 * Finds the targets, and checks the predictions on the way.
 *
 * @throws {MetricsError} as `topKCrossEntropy` does
 */
export function findTopKHits(
  predictions: TopKPredictions,
  targets: Int32Array,
  k: number = predictions.k,
): TopKHits {
  const { classes, indices, logProbabilities } = predictions;
  if (!Number.isInteger(k) || k < 1 || k > predictions.k) {
    throw new MetricsError(
      'out-of-range',
      `k = ${k}: the predictions hold ${predictions.k} codes a position.`,
    );
  }
  const masses = checkTopKPredictions(predictions, k);
  checkTargets(targets, { rows: masses.length, classes });
  if (targets.length === 0) throw new MetricsError('empty', 'there are no positions to score.');
  const ranks = new Int32Array(targets.length);
  const found = new Float64Array(targets.length);
  for (let p = 0; p < targets.length; p++) {
    const start = p * predictions.k;
    const rank = indices.subarray(start, start + k).indexOf(targets[p] ?? -1);
    ranks[p] = rank;
    found[p] = rank < 0 ? NaN : (logProbabilities[start + rank] ?? NaN);
  }
  return { k, classes, ranks, logProbabilities: found, masses };
}
