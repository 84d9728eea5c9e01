import { createMeanAccumulator } from './mean-accumulator.ts';
import type { MeanState } from './mean-accumulator.ts';
import { MetricsError } from './metrics-error.ts';
import { perplexity } from './perplexity.ts';
import type { TopKCrossEntropyOptions } from './top-k-cross-entropy.ts';
import { scoreTopKHits } from './top-k-cross-entropy.ts';
import { findTopKHits } from './top-k-hits.ts';
import type { TopKPredictions } from './top-k-predictions.ts';

/** One sample: the positions of a window that a model predicted. */
export interface TokenSample {
  /** `[positions k]` */
  readonly predictions: TopKPredictions;
  /** `[positions]` codes */
  readonly targets: Int32Array;
  /** `[positions]` log-probability of each target under the full softmax. */
  readonly targetLogProbabilities: Float32Array | Float64Array;
}

/** Means over a sample's positions. */
export interface TokenScore {
  /** Top-k cross-entropy, nats. */
  readonly topKCrossEntropy: number;
  /** The same with the k probabilities scaled to add up to 1. */
  readonly renormalisedCrossEntropy: number;
  /** Cross-entropy over the whole vocabulary, nats. */
  readonly crossEntropy: number;
  readonly hitRate: number;
  readonly accuracy: number;
}

const NAMES = [
  'topKCrossEntropy',
  'renormalisedCrossEntropy',
  'crossEntropy',
  'hitRate',
  'accuracy',
] as const;

/** Plain, so it can be stored or sent and merged elsewhere. */
export type TokenScoresState = Readonly<Record<keyof TokenScore, MeanState>>;

export interface TokenScores {
  /** Takes a sample in and gives its own scores: the values to bootstrap by segment. */
  add(sample: TokenSample): TokenScore;
  merge(other: TokenScoresState): void;
  state(): TokenScoresState;
  /**
   * Means over samples; `perplexity` is exp of the mean full cross-entropy.
   * @throws {MetricsError} `empty` before the first sample
   */
  result(): TokenScore & { readonly perplexity: number; readonly samples: number };
}

/** Everything that the compression track reports, over a stream of samples: mean over positions, then over samples. */
export function createTokenScores(options: Omit<TopKCrossEntropyOptions, 'variant'> = {}): TokenScores {
  const means = {
    topKCrossEntropy: createMeanAccumulator(),
    renormalisedCrossEntropy: createMeanAccumulator(),
    crossEntropy: createMeanAccumulator(),
    hitRate: createMeanAccumulator(),
    accuracy: createMeanAccumulator(),
  };
  return {
    add({ predictions, targets, targetLogProbabilities }) {
      if (targetLogProbabilities.length !== targets.length) {
        throw new MetricsError(
          'shape-mismatch',
          `${targetLogProbabilities.length} log-probabilities for ${targets.length} targets: expected one for each.`,
        );
      }
      const hits = findTopKHits(predictions, targets, options.k);
      const full = scoreTopKHits(hits, options);
      let sum = 0;
      for (const logProbability of targetLogProbabilities) sum -= logProbability;
      const score: TokenScore = {
        topKCrossEntropy: full.mean,
        renormalisedCrossEntropy: scoreTopKHits(hits, { ...options, variant: 'renormalised' }).mean,
        crossEntropy: sum / targets.length,
        hitRate: full.hitRate,
        accuracy: full.accuracy,
      };
      for (const name of NAMES) means[name].add(score[name]);
      return score;
    },
    merge(other) {
      for (const name of NAMES) means[name].merge(other[name]);
    },
    state: () => ({
      topKCrossEntropy: means.topKCrossEntropy.state(),
      renormalisedCrossEntropy: means.renormalisedCrossEntropy.state(),
      crossEntropy: means.crossEntropy.state(),
      hitRate: means.hitRate.state(),
      accuracy: means.accuracy.state(),
    }),
    result() {
      const samples = means.topKCrossEntropy.count;
      if (samples === 0) throw new MetricsError('empty', 'no sample was added: there are no scores yet.');
      return {
        topKCrossEntropy: means.topKCrossEntropy.mean,
        renormalisedCrossEntropy: means.renormalisedCrossEntropy.mean,
        crossEntropy: means.crossEntropy.mean,
        hitRate: means.hitRate.mean,
        accuracy: means.accuracy.mean,
        perplexity: perplexity(means.crossEntropy.mean),
        samples,
      };
    },
  };
}
