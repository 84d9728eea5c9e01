import { linear, silu, tf } from '@borealis/tensor';
import { VELOCITIES } from '@borealis/training';
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
  const features =
    config.states === 'on' ? pairs(states, config) : tf.add(tf.zeros([b, steps, 1]), p.constant);
  return linear(silu(linear(features, p.fc1.weight, p.fc1.bias)), p.fc2.weight, p.fc2.bias);
}

/** A body moves little from grid to grid beside how far it moves in all; this makes motion as large as poses. */
const MAGNIFIED_MOTION = 4;

/** `[b t+1 frames channels]` → each grid's states and the next one's, `[b t 2·frames·channels]` */
function pairs(states: tf.Tensor, config: StTransformerConfig): tf.Tensor {
  const [b, grids, frames, channels] = states.shape as [number, number, number, number];
  const steps = grids - 1;
  const from = (grid: number) => tf.slice(states, [0, grid, 0, 0], [-1, steps, -1, -1]);
  const [now, next] = [from(0), from(1)];
  const flat = (x: tf.Tensor) => tf.reshape(x, [b, steps, frames * channels]);
  if (config.stateForm === 'pose') return tf.concat([flat(now), flat(next)], -1);
  const last = tf.slice(now, [0, 0, frames - 1, 0], [-1, -1, 1, -1]);
  return tf.concat([flat(motion(now, last)), flat(motion(next, last))], -1);
}

/** Positions as what they differ from those of the grid's last frame, velocities as they are; squashed. */
function motion(states: tf.Tensor, last: tf.Tensor): tf.Tensor {
  const channels = states.shape.at(-1) ?? 0;
  const isPosition = tf.tensor1d(
    Array.from({ length: channels }, (_, i) => (i < channels - VELOCITIES ? 1 : 0)),
  );
  const gain = tf.add(tf.mul(isPosition, MAGNIFIED_MOTION - 1), 1);
  return tf.tanh(tf.mul(tf.sub(states, tf.mul(last, isPosition)), gain));
}
