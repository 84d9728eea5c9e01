import { tf } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { DitSamplerError } from './errors.ts';

/** The statistic that holds a text embedding, `[l text]`, such as umT5's of "". */
export const TEXT_EMBEDDING = 'text_embedding';

/**
 * The text embedding that is stored with the model, else zeros of the configured length: `[1 l text]`.
 *
 * @throws DitSamplerError `STATISTICS` where it is of another width
 */
export function textEmbedding({ textDim, textLength }: DitSamplerConfig, statistics: Statistics): tf.Tensor {
  const stored = statistics[TEXT_EMBEDDING];
  if (stored === undefined) return tf.zeros([1, textLength, textDim]);
  if (stored.length > 0 && stored.length % textDim === 0) {
    return tf.tensor(stored, [1, stored.length / textDim, textDim]);
  }
  throw new DitSamplerError(
    'STATISTICS',
    `the text embedding has ${stored.length} numbers, which is no multiple of the model's text width ${textDim}: was it made ` +
      'by another encoder?',
  );
}
