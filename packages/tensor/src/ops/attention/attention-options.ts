import type * as tf from '@tensorflow/tfjs-core';

export interface AttentionOptions {
  /** What scores are multiplied with. Default `1 / √d`. */
  readonly scale?: number;
  /** A query sees itself and what came before (queries and keys of equal count). */
  readonly causal?: boolean;
  /**
   * A query sees its own block of so many tokens and the blocks before, as the places of a grid see all of their grid and of
   * earlier ones (queries and keys of equal count). 1 is the same as `causal`.
   */
  readonly causalBlock?: number;
  /** `[t s]`, 1 where a query may look at a key, 0 where not. A query that may look nowhere gets zeros. */
  readonly mask?: tf.Tensor;
}
