import { linear, silu, tf } from '@borealis/tensor';
import type { StTransformerConfig } from './config.ts';

export type StateParameters = {
  readonly fc1: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  readonly fc2: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  /** Takes the place of the states where they are off. */
  readonly constant: tf.Tensor;
};

/**
 * The position that predicts grid t + 1 carries the states of grid t and of grid t + 1.
 *
 * @param states `[b t+1 frames channels]`, normalised
 * @returns `[b t c]`
 */
export function embedStates(states: tf.Tensor, p: StateParameters, config: StTransformerConfig): tf.Tensor {
  const [b, grids] = states.shape as [number, number];
  const steps = grids - 1;
  const features = config.states === 'on' ? pairs(states) : tf.add(tf.zeros([b, steps, 1]), p.constant);
  return linear(silu(linear(features, p.fc1.weight, p.fc1.bias)), p.fc2.weight, p.fc2.bias);
}

/** `[b t+1 frames channels]` → each grid's states and the next one's, `[b t 2·frames·channels]` */
function pairs(states: tf.Tensor): tf.Tensor {
  const [b, grids] = states.shape as [number, number];
  const flat = tf.reshape(states, [b, grids, -1]);
  const from = (grid: number) => tf.slice(flat, [0, grid, 0], [-1, grids - 1, -1]);
  return tf.concat([from(0), from(1)], -1);
}
