import { silu, tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';
import { loraLinear } from '@borealis/training';
import type { Linear } from './linear.ts';

const MAX_PERIOD = 10_000;

/**
 * Sinusoidal features of timesteps, cosines first (diffusers `Timesteps`, `flip_sin_to_cos`).
 *
 * @param timesteps any shape, [0, 1000]
 * @returns `[… dim]`
 */
export function timestepFeatures(timesteps: tf.Tensor, dim: number): tf.Tensor {
  const half = dim / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp((-Math.log(MAX_PERIOD) * i) / half),
  );
  const angles = tf.mul(tf.expandDims(timesteps, -1), tf.tensor1d(frequencies));
  return tf.concat([tf.cos(angles), tf.sin(angles)], -1);
}

export type TwoLayers = { readonly linear_1: LinearLayer; readonly linear_2: LinearLayer };

/** `[… freq]` → `[… c]`, before the nonlinearity that the projection to the modulation applies. */
export function embedTimesteps(features: tf.Tensor, p: TwoLayers, linear: Linear = loraLinear): tf.Tensor {
  return linear(silu(linear(features, p.linear_1)), p.linear_2);
}
