import { recomputeLayer, tf } from '@borealis/tensor';
import type { StTransformerConfig } from './config.ts';
import type { LayerParameters } from './layer.ts';
import { layer } from './layer.ts';
import { norm } from './norm.ts';
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
export function hiddenOf(config: StTransformerConfig, inputs: ForwardArguments): tf.Tensor {
  const p = inputs.parameters;
  let x = embedGrids(config, inputs);
  const own = (x: tf.Tensor, parameters: LayerParameters) => layer(x, parameters, { heads: config.heads });
  for (const [i, parameters] of Object.values(p.layers).entries())
    x = recomputeLayer(own, i, config.recompute)(x, parameters);
  return norm(x, p.norm_out);
}

/**
 * Codes, positions and states of grids in a row, the first of them at time step `first`: what goes into the first layer.
 *
 * @returns `[b t s c]`
 */
export function embedGrids(
  config: StTransformerConfig,
  { parameters: p, codes, states }: ForwardArguments,
  first = 0,
): tf.Tensor {
  const [b, t, s] = codes.shape as [number, number, number];
  const embedded = vocabularyOf(config).embed(tf.reshape(codes, [b * t * s]), p.vocabulary);
  const positions = t === config.timeSteps ? p.positions : tf.slice(p.positions, [first, 0, 0], [t, -1, -1]);
  const placed = tf.add(tf.reshape(embedded, [b, t, s, config.dim]), positions);
  return tf.add(placed, tf.expandDims(embedStates(states, p.states, config), 2)); // [b t s c]
}
