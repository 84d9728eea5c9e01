import { tf } from '@borealis/tensor';
import type { BlockParameters, Norm } from './block.ts';
import { block, norm } from './block.ts';
import type { StTransformerConfig } from './config.ts';
import type { StateParameters } from './state-embedding.ts';
import { embedStates } from './state-embedding.ts';
import type { VocabularyParameters } from './vocabulary/vocabulary.ts';
import { vocabularyOf } from './vocabulary/vocabulary.ts';

export type StTransformerParameters = {
  readonly vocabulary: VocabularyParameters;
  /** `[t s c]` */
  readonly positions: tf.Tensor;
  readonly states: StateParameters;
  readonly layers: Readonly<Record<string, BlockParameters>>;
  readonly norm_out?: Norm;
};

/**
 * What the model knows at each place after seeing this grid and the ones before: what predicts the next grid.
 *
 * @param codes `[b t s]` int32
 * @param states `[b t+1 frames channels]`, normalised; the last are those of the grid after the last one
 * @returns `[b t s c]`
 */
export function hiddenOf(
  config: StTransformerConfig,
  p: StTransformerParameters,
  codes: tf.Tensor,
  states: tf.Tensor,
): tf.Tensor {
  const [b, t, s] = codes.shape as [number, number, number];
  const embedded = vocabularyOf(config).embed(tf.reshape(codes, [b * t * s]), p.vocabulary);
  let x = tf.add(tf.reshape(embedded, [b, t, s, config.dim]), p.positions);
  x = tf.add(x, tf.expandDims(embedStates(states, p.states, config), 2));
  for (const layer of Object.values(p.layers)) x = block(x, layer, { heads: config.heads });
  return norm(x, p.norm_out);
}
