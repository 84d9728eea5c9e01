import type { tf } from '@borealis/tensor';
import { StTransformerError } from '../errors.ts';
import type { VocabularyParameters } from './vocabulary.ts';

/** @throws StTransformerError `PARAMETERS` where there is none of that name */
export function parameter(p: VocabularyParameters, name: string): tf.Tensor {
  const found = p[name];
  if (found !== undefined) return found;
  throw new StTransformerError(
    'PARAMETERS',
    `vocabulary.${name} is missing among ${Object.keys(p).join(', ')}: parameters of another kind of vocabulary?`,
  );
}
