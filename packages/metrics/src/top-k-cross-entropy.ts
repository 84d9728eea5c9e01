import { checkTargets } from './cross-entropy.ts';
import { MetricsError } from './metrics-error.ts';
import { checkTopKPredictions } from './top-k-predictions.ts';
import type { TopKPredictions } from './top-k-predictions.ts';

export interface TopKCrossEntropyOptions {
  /** Count only the first k of each position. Default: all that the predictions hold. */
  readonly k?: number;
  /**
   * `full` (default): values are the log-probabilities of the full softmax. `renormalised`: the k probabilities of a
   * position are scaled to add up to 1 first, so a miss is left with the smallest mass only.
   */
  readonly variant?: 'full' | 'renormalised';
  /**
   * What a target outside the k scores. `spread` (default): the mass left over, spread evenly over the other classes. A
   * number: so many nats.
   */
  readonly missPenalty?: 'spread' | number;
  /** The least mass that is left over for a miss. Default 1e-6. */
  readonly leastLeftOver?: number;
}

export interface TopKCrossEntropy {
  /** Mean over positions, nats. */
  readonly mean: number;
  readonly perPosition: Float64Array;
  /** Share of positions whose target is among the k. */
  readonly hitRate: number;
  /** Share of positions whose target is the likeliest code. */
  readonly accuracy: number;
  readonly k: number;
  readonly variant: 'full' | 'renormalised';
}

/**
 * Top-k cross-entropy, Borealis' definition (the challenge's scorer isn't public). A target among the k scores −ln p;
 * any other −ln((1 − Σp) / (classes − k)), Σp clamped to 1 − 1e-6. Mean over positions; average the means over samples.
 * With 64,000 codes and k = 500, predicting uniformly gives ln 64,000 = 11.07.
 *
 * @param predictions `[positions k]`
 * @param targets `[positions]` codes
 * @throws {MetricsError} as `checkTopKPredictions` does; `shape-mismatch` or `out-of-range` for the targets; `empty`
 */
export function topKCrossEntropy(
  predictions: TopKPredictions,
  targets: Int32Array,
  options: TopKCrossEntropyOptions = {},
): TopKCrossEntropy {
  const { classes, indices, logProbabilities } = predictions;
  const { k = predictions.k, variant = 'full', missPenalty = 'spread', leastLeftOver = 1e-6 } = options;
  if (!Number.isInteger(k) || k < 1 || k > predictions.k) {
    throw new MetricsError(
      'out-of-range',
      `k = ${k}: the predictions hold ${predictions.k} codes a position.`,
    );
  }
  checkTopKPredictions(predictions);
  checkTargets(targets, { rows: indices.length / predictions.k, classes });
  if (targets.length === 0) throw new MetricsError('empty', 'there are no positions to score.');

  const perPosition = new Float64Array(targets.length);
  let [sum, hits, correct] = [0, 0, 0];
  targets.forEach((target, p) => {
    const start = p * predictions.k;
    let mass = 0;
    let rank = -1;
    for (let i = 0; i < k; i++) {
      mass += Math.exp(logProbabilities[start + i] ?? NaN);
      if (indices[start + i] === target) rank = i;
    }
    const scale = variant === 'renormalised' ? Math.log(mass) : 0;
    let nats: number;
    if (rank >= 0) {
      nats = scale - (logProbabilities[start + rank] ?? NaN);
      hits++;
      if (rank === 0) correct++;
    } else if (missPenalty === 'spread') {
      const leftOver = Math.max(variant === 'renormalised' ? 0 : 1 - mass, leastLeftOver);
      nats = Math.log((classes - k) / leftOver);
    } else {
      nats = missPenalty;
    }
    perPosition[p] = nats;
    sum += nats;
  });
  const positions = targets.length;
  return {
    mean: sum / positions,
    perPosition,
    hitRate: hits / positions,
    accuracy: correct / positions,
    k,
    variant,
  };
}
