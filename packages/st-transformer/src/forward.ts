import { tf } from '@borealis/tensor';
import { block, norm } from './block.ts';
import type { StTransformerConfig } from './config.ts';
import type { StTransformerParameters } from './parameters.ts';
import { embedStates } from './state-embedding.ts';
import { vocabularyOf } from './vocabulary/vocabulary.ts';

export interface ForwardArguments {
  readonly parameters: StTransformerParameters;
  /** `[b t s]` int32; t may be less than the configured time steps */
  readonly codes: tf.Tensor;
  /** `[b t+1 frames channels]`, normalised; the last are those of the grid after the last one */
  readonly states: tf.Tensor;
}

/**
 * What the model knows at each place after seeing this grid and the ones before: what predicts the next grid.
 *
 * @returns `[b t s c]`
 */
export function hiddenOf(
  config: StTransformerConfig,
  { parameters: p, codes, states }: ForwardArguments,
): tf.Tensor {
  const [b, t, s] = codes.shape as [number, number, number];
  const embedded = vocabularyOf(config).embed(tf.reshape(codes, [b * t * s]), p.vocabulary);
  const positions = t === config.timeSteps ? p.positions : tf.slice(p.positions, [0, 0, 0], [t, -1, -1]);
  const placed = tf.add(tf.reshape(embedded, [b, t, s, config.dim]), positions);
  let x = tf.add(placed, tf.expandDims(embedStates(states, p.states, config), 2)); // [b t s c]
  for (const layer of Object.values(p.layers)) x = block(x, layer, { heads: config.heads });
  return norm(x, p.norm_out);
}
