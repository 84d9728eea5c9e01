import { tf } from '@borealis/tensor';
import type { Vocabulary, VocabularyParameters } from './vocabulary.ts';

/** A probability below this counts as this: float32 holds no log of less. */
const LEAST_PROBABILITY = 1e-37;

/**
 * Log-probabilities of some codes of each place.
 *
 * @param scores theirs, `[n k]`
 * @param logSums log Σ e^score over all codes of the place, `[n]`; not looked at where scores are probabilities
 */
export function logProbabilitiesOf(
  { scoresAre }: Pick<Vocabulary, 'scoresAre'>,
  scores: tf.Tensor,
  logSums: tf.Tensor,
): tf.Tensor {
  return scoresAre === 'logits'
    ? tf.sub(scores, tf.expandDims(logSums, -1))
    : tf.log(tf.maximum(scores, LEAST_PROBABILITY));
}

/** Hidden `[n c]` → log-probabilities of all codes, `[n size]` */
export function allLogProbabilities(
  vocabulary: Vocabulary,
  hidden: tf.Tensor,
  p: VocabularyParameters,
): tf.Tensor {
  const scores = vocabulary.scores(hidden, p);
  return vocabulary.scoresAre === 'logits'
    ? tf.logSoftmax(scores)
    : logProbabilitiesOf(vocabulary, scores, tf.zeros([0]));
}
