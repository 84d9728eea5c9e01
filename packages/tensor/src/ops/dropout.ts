import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { uniformNoise } from '../random/seeded-noise.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Sets a share of the elements to 0 and makes the others so much larger that the mean stays. Which, the seed alone decides;
 * the backward pass draws the same again instead of keeping them.
 *
 * @param x any shape
 * @param rate in [0, 1)
 * @param seed `[2]` int32 (`drawSeed`), another for each call and, with `deriveSeed`, for each layer
 * @throws TensorError `INVALID_ARGUMENT`
 */
export function dropout(x: tf.Tensor, rate: number, seed: tf.Tensor): tf.Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `dropout at a rate of ${rate}: it is at least 0 and less than 1`,
    );
  }
  if (rate === 0) return x;
  const masked = (x: tf.Tensor, seed: tf.Tensor) => tf.mul(x, keepMask(x.shape, rate, seed));
  return withGradient(
    [x],
    (x) => ({ value: masked(x, seed), saved: { seed } }),
    (dy, { seed }) => [masked(dy, seed)],
  );
}

/** 0 with probability `rate`, else 1 / (1 − rate). */
function keepMask(shape: readonly number[], rate: number, seed: tf.Tensor): tf.Tensor {
  const kept = tf.cast(tf.greaterEqual(uniformNoise(shape, seed), rate), 'float32');
  return tf.mul(kept, 1 / (1 - rate));
}
