import { linear, tf } from '@borealis/tensor';
import { normal, sizeOf } from '../parameter-spec.ts';
import { parameter } from './parameter.ts';
import type { Vocabulary, VocabularyParameters } from './vocabulary.ts';

/**
 * Codes by their FSQ levels. A code's embedding is the sum of one row per level. Its probability is a mixture of
 * products, `Σ_k π_k Π_i p_ki(level_i)`: each product gives all codes probabilities that add up to 1, so the mixture
 * does, and the mixture can say which levels go together.
 */
export function levelVocabulary(levels: readonly number[], components: number): Vocabulary {
  const rows = levels.reduce((a, b) => a + b, 0);
  const size = sizeOf(levels);

  /** Codes `[n]` → `[n rows]`: one 1 in each level's stretch. */
  function multiHot(codes: tf.Tensor): tf.Tensor {
    let rest = codes;
    const parts = levels.map((count) => {
      const level = tf.mod(rest, tf.scalar(count, 'int32'));
      rest = tf.floorDiv(rest, tf.scalar(count, 'int32'));
      return tf.oneHot(level, count);
    });
    // Integers first: the WASM backend writes integer bits into a float32 one-hot (tfjs 4.22 OneHot).
    return tf.cast(tf.concat(parts, -1), 'float32');
  }

  /** Hidden `[n c]` → log-weights of the components `[n k]` and logits of the levels `[n k rows]`. */
  function head(hidden: tf.Tensor, p: VocabularyParameters): { weights: tf.Tensor; logits: tf.Tensor } {
    const n = hidden.shape[0];
    const flat = linear(hidden, parameter(p, 'head'), parameter(p, 'head_bias'));
    const weights = tf.logSoftmax(tf.slice(flat, [0, 0], [-1, components]));
    const logits = tf.reshape(tf.slice(flat, [0, components], [-1, -1]), [n, components, rows]);
    return { weights, logits };
  }

  /** Each level's stretch of the last axis. */
  function perLevel(x: tf.Tensor): tf.Tensor[] {
    return tf.split(x, [...levels], -1);
  }

  function crossEntropy(hidden: tf.Tensor, targets: tf.Tensor, p: VocabularyParameters) {
    const { weights, logits } = head(hidden, p);
    const chosen = tf.sum(tf.mul(logits, tf.expandDims(multiHot(targets), 1)), -1); // [n k]
    const normalisers = tf.addN(perLevel(logits).map((part) => tf.logSumExp(part, -1))); // [n k]
    const each = tf.neg(tf.logSumExp(tf.add(weights, tf.sub(chosen, normalisers)), -1));
    return { mean: tf.mean(each), each };
  }

  /** The joint distribution of some levels, the first varying fastest: `[n k l₀] , [n k l₁] … → [n k Π l]` */
  function product(parts: readonly tf.Tensor[]): tf.Tensor {
    return parts.reduce((joint, part) => {
      const [n, k, low] = joint.shape as [number, number, number];
      const high = part.shape[2] as number;
      return tf.reshape(tf.mul(tf.expandDims(part, 3), tf.expandDims(joint, 2)), [n, k, high * low]);
    });
  }

  function scores(hidden: tf.Tensor, p: VocabularyParameters): tf.Tensor {
    const { weights, logits } = head(hidden, p);
    const probabilities = perLevel(logits).map((part) => tf.softmax(part));
    const half = Math.ceil(levels.length / 2);
    const low = product(probabilities.slice(0, half)); // [n k L]
    const high = tf.mul(product(probabilities.slice(half)), tf.expandDims(tf.exp(weights), -1)); // [n k H]
    return tf.reshape(tf.matMul(high, low, true, false), [hidden.shape[0], size]);
  }

  return {
    size,
    specs: (dim) => ({
      rows: normal([rows, dim], 0.02 * Math.sqrt(levels.length)),
      // Nothing is likelier than anything else at first, but the components differ.
      head: normal([components * (1 + rows), dim]),
      head_bias: normal([components * (1 + rows)]),
    }),
    embed: (codes, p) => tf.matMul(multiHot(codes), parameter(p, 'rows')),
    crossEntropy,
    scoresAre: 'probabilities',
    scores,
  };
}
