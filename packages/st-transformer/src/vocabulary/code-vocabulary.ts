import { crossEntropy, embedding, linear, tf } from '@borealis/tensor';
import type { Vocabulary } from './vocabulary.ts';

/** One row of a table for each code; the same table embeds and predicts (Press and Wolf 2017). */
export function codeVocabulary(size: number): Vocabulary {
  return {
    size,
    init: (dim, random) => ({ table: random.normalTensor([size, dim], 0.02) }),
    embed: (codes, p) => embedding(codes, tableOf(p)),
    crossEntropy: (hidden, targets, p) => crossEntropy(linear(hidden, tableOf(p)), targets),
    logProbabilities: (hidden, p) => tf.logSoftmax(linear(hidden, tableOf(p))),
  };
}

function tableOf(p: Readonly<Record<string, tf.Tensor>>): tf.Tensor {
  return p['table'] as tf.Tensor;
}
