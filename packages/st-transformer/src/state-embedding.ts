import type { Random } from '@borealis/tensor';
import { linear, silu, tf } from '@borealis/tensor';
import type { StTransformerConfig } from './config.ts';
import { FRAMES_PER_VIDEO_GRID } from './grid-times.ts';

export type StateParameters = {
  readonly fc1: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  readonly fc2: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  /** Takes the place of the states where they are off. */
  readonly constant: tf.Tensor;
};

export function initStateEmbedding(config: StTransformerConfig, random: Random): StateParameters {
  const { dim } = config;
  const features = 2 * FRAMES_PER_VIDEO_GRID * config.stateChannels;
  return {
    fc1: { weight: random.normalTensor([dim, features], 1 / Math.sqrt(features)), bias: tf.zeros([dim]) },
    fc2: { weight: random.normalTensor([dim, dim], 0.02), bias: tf.zeros([dim]) },
    constant: tf.zeros([features]),
  };
}

/**
 * The position that predicts grid t + 1 carries the states of grid t and of grid t + 1.
 *
 * @param states `[b t+1 frames channels]`, normalised
 * @returns `[b t c]`
 */
export function embedStates(states: tf.Tensor, p: StateParameters, config: StTransformerConfig): tf.Tensor {
  const [b, grids] = states.shape as [number, number];
  const flat = tf.reshape(states, [b, grids, -1]);
  const steps = grids - 1;
  const pairs = tf.concat(
    [tf.slice(flat, [0, 0, 0], [-1, steps, -1]), tf.slice(flat, [0, 1, 0], [-1, steps, -1])],
    -1,
  );
  const features = config.states === 'on' ? pairs : tf.add(tf.zeros([b, steps, 1]), p.constant);
  return linear(silu(linear(features, p.fc1.weight, p.fc1.bias)), p.fc2.weight, p.fc2.bias);
}
