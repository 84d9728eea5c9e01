import { embedding, linear, linearCrossEntropy } from '@borealis/tensor';
import { normal } from '../parameter-spec.ts';
import { parameter } from './parameter.ts';
import type { Vocabulary } from './vocabulary.ts';

/** One row of a table for each code; the same table embeds and predicts (Press and Wolf 2017). */
export function codeVocabulary(size: number): Vocabulary {
  return {
    size,
    specs: (dim) => ({ table: normal([size, dim]) }),
    embed: (codes, p) => embedding(codes, parameter(p, 'table')),
    crossEntropy: (hidden, targets, p) => linearCrossEntropy(hidden, parameter(p, 'table'), targets),
    scoresAre: 'logits',
    scores: (hidden, p) => linear(hidden, parameter(p, 'table')),
  };
}
