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

/** Hidden `[n c]` and true codes `[n]` → what a prediction is scored by; all 64,000 numbers a place stay inside. */
export function gridOutputs(
  config: StTransformerConfig,
  p: VocabularyParameters,
  { hidden, targets, k }: { readonly hidden: tf.Tensor; readonly targets: tf.Tensor; readonly k: number },
): GridOutputs {
  const vocabulary = vocabularyOf(config);
  const logProbabilities = vocabulary.logProbabilities(hidden, p);
  const top = tf.topk(logProbabilities, Math.min(k, vocabulary.size), true);
  const rows = tf.range(0, targets.size, 1, 'int32');
  const target = tf.gatherND(logProbabilities, tf.stack([rows, targets], 1));
  const codes = tf.reshape(tf.slice(top.indices, [0, 0], [-1, 1]), [targets.size]);
  return { codes, target, topCodes: top.indices, topLogProbabilities: top.values };
}

/** Hidden `[n c]` → the likeliest code of each place, `[n]` int32. */
export function greedyCodes(
  config: StTransformerConfig,
  p: VocabularyParameters,
  hidden: tf.Tensor,
): tf.Tensor {
  return tf.argMax(vocabularyOf(config).logProbabilities(hidden, p), -1);
}
