import { tf, topK } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import { logProbabilitiesOf } from '../vocabulary/log-probabilities.ts';
import type { VocabularyParameters } from '../vocabulary/vocabulary.ts';
import { vocabularyOf } from '../vocabulary/vocabulary.ts';

export type GridOutputs = {
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

/** What a prediction is scored by; the scores of all codes stay inside. */
export function gridOutputs(
  config: StTransformerConfig,
  { vocabulary: p, hidden, targets, k }: OutputArguments,
): GridOutputs {
  const vocabulary = vocabularyOf(config);
  const scores = vocabulary.scores(hidden, p); // [n size]
  const logSums = vocabulary.scoresAre === 'logits';
  const top = topK(scores, Math.min(k, vocabulary.size), { logSums });
  const rows = tf.range(0, targets.size, 1, 'int32');
  const ofTargets = tf.expandDims(tf.gatherND(scores, tf.stack([rows, targets], 1)), -1); // [n 1]
  return {
    target: tf.squeeze(logProbabilitiesOf(vocabulary, ofTargets, top.logSums), [-1]),
    topCodes: top.indices,
    topLogProbabilities: logProbabilitiesOf(vocabulary, top.values, top.logSums),
  };
}

/** The likeliest code of each place, `[n]` int32. */
export function likeliestCodes(
  config: StTransformerConfig,
  { vocabulary, hidden }: HeadArguments,
): tf.Tensor {
  return tf.squeeze(topK(vocabularyOf(config).scores(hidden, vocabulary), 1).indices, [-1]);
}
