import { tf } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import type { VocabularyParameters } from '../vocabulary/vocabulary.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';

export type GridOutputs = {
  /** `[n]` int32 */
  readonly codes: tf.Tensor;
  /** `[n]` */
  readonly target: tf.Tensor;
  /** `[n k]` int32 */
  readonly topCodes: tf.Tensor;
  /** `[n k]` */
  readonly topLogProbabilities: tf.Tensor;
};

export interface HeadArguments {
  readonly vocabulary: VocabularyParameters;
  /** `[n c]` */
  readonly hidden: tf.Tensor;
}

export interface OutputArguments extends HeadArguments {
  /** `[n]` int32, the true codes */
  readonly targets: tf.Tensor;
  /** How many of the likeliest codes; all of them where the vocabulary has fewer. */
  readonly k: number;
}

/** What a prediction is scored by; the log-probabilities of all codes stay inside. */
export function gridOutputs(
  config: StTransformerConfig,
  { vocabulary, hidden, targets, k }: OutputArguments,
): GridOutputs {
  const all = vocabularyOf(config).logProbabilities(hidden, vocabulary); // [n size]
  const top = tf.topk(all, Math.min(k, all.shape[1] ?? 0), true);
  const rows = tf.range(0, targets.size, 1, 'int32');
  const target = tf.gatherND(all, tf.stack([rows, targets], 1));
  const codes = tf.reshape(tf.slice(top.indices, [0, 0], [-1, 1]), [targets.size]);
  return { codes, target, topCodes: top.indices, topLogProbabilities: top.values };
}

/** The likeliest code of each place, `[n]` int32. */
export function greedyCodes(config: StTransformerConfig, { vocabulary, hidden }: HeadArguments): tf.Tensor {
  return tf.argMax(vocabularyOf(config).logProbabilities(hidden, vocabulary), -1);
}
