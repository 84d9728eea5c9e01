import type * as tf from '@tensorflow/tfjs-core';

export interface AttentionOptions {
  /** What scores are multiplied with. Default `1 / √d`. */
  readonly scale?: number;
  /** A query sees itself and what came before (queries and keys of equal count). */
  readonly causal?: boolean;
  /** `[t s]`, 1 where a query may look at a key, 0 where not. A query that may look nowhere gets zeros. */
  readonly mask?: tf.Tensor;
}
