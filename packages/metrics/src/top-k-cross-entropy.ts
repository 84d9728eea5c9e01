import type { TopKHits } from './top-k-hits.ts';
import { findTopKHits } from './top-k-hits.ts';
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
  return scoreTopKHits(findTopKHits(predictions, targets, options.k), options);
}

/** The score of targets that have been found. */
export function scoreTopKHits(
  { k, classes, ranks, logProbabilities, masses }: TopKHits,
  options: Omit<TopKCrossEntropyOptions, 'k'> = {},
): TopKCrossEntropy {
  const { variant = 'full', missPenalty = 'spread', leastLeftOver = 1e-6 } = options;
  const positions = ranks.length;
  const perPosition = new Float64Array(positions);
  let [sum, hits, correct] = [0, 0, 0];
  for (let p = 0; p < positions; p++) {
    const rank = ranks[p] ?? -1;
    const mass = masses[p] ?? NaN;
    let nats: number;
    if (rank >= 0) {
      nats = (variant === 'renormalised' ? Math.log(mass) : 0) - (logProbabilities[p] ?? NaN);
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
  }
  return {
    mean: sum / positions,
    perPosition,
    hitRate: hits / positions,
    accuracy: correct / positions,
    k,
    variant,
  };
}
