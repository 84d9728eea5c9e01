import * as tf from '@tensorflow/tfjs-core';
import { nativeOps, typeAttribute } from '../native/native-op.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Sets a share of the elements to 0 and makes the others so much larger that the mean stays. Which, the seed alone decides;
 * the backward pass draws the same again instead of keeping them.
 *
 * @param x any shape
 * @param rate in [0, 1)
 * @param seed `[2]` int32
 */
export function dropout(x: tf.Tensor, rate: number, seed: tf.Tensor): tf.Tensor {
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
  const kept = tf.cast(tf.greaterEqual(uniform(shape, seed), rate), 'float32');
  return tf.mul(kept, 1 / (1 - rate));
}

/** Uniform in [0, 1), from the seed alone (Philox, Salmon et al. 2011). */
function uniform(shape: readonly number[], seed: tf.Tensor): tf.Tensor {
  const native = nativeOps();
  if (native === undefined) return tf.randomUniform([...shape], 0, 1, 'float32', seed.dataSync().join(' '));
  const { constants } = native;
  const types = [
    typeAttribute(constants, 'dtype', constants.TF_FLOAT),
    typeAttribute(constants, 'T', constants.TF_INT32),
    typeAttribute(constants, 'Tseed', constants.TF_INT32),
  ];
  const size = tf.tensor1d([...shape], 'int32');
  const [drawn] = native.run('StatelessRandomUniform', types, [size, seed], 1);
  return drawn as tf.Tensor;
}
