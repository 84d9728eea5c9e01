import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './with-gradient.ts';

export interface LayerNormWeights {
  /** `[c]` */
  readonly gain: tf.Tensor;
  /** `[c]` */
  readonly bias: tf.Tensor;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016), as PyTorch's: population variance, eps inside the root.
 * Its gradient is its own: it keeps x and two numbers per row, and recomputes the rest.
 *
 * @param x `[… c]`
 * @param weights gain and bias, or none
 */
export function layerNorm(x: tf.Tensor, weights: LayerNormWeights | undefined, eps: number): tf.Tensor {
  const size = x.shape.at(-1) ?? 1;
  const rows = tf.reshape(x, [x.size / size, size]);
  const normalised =
    weights === undefined ? normalise(rows, eps) : normaliseAndScale(rows, weights.gain, weights.bias, eps);
  return tf.reshape(normalised, x.shape);
}

/** `[rows c]` → mean `[rows 1]` and 1 / deviation `[rows 1]` */
function rowStatistics(x: tf.Tensor, eps: number): [mean: tf.Tensor, inverse: tf.Tensor] {
  const mean = tf.mean(x, -1, true);
  const variance = tf.mean(tf.squaredDifference(x, mean), -1, true);
  return [mean, tf.rsqrt(tf.add(variance, eps))];
}

function normalise(x: tf.Tensor, eps: number): tf.Tensor {
  return withGradient(
    [x],
    (x) => {
      const [mean, inverse] = rowStatistics(x, eps);
      return { value: tf.mul(tf.sub(x, mean), inverse), saved: { x, mean, inverse } };
    },
    (dy, { x, mean, inverse }) => [inputGradient(dy, tf.mul(tf.sub(x, mean), inverse), inverse)],
  );
}

function normaliseAndScale(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  return withGradient(
    [x, gain, bias],
    (x, gain, bias) => {
      const [mean, inverse] = rowStatistics(x, eps);
      const value = tf.add(tf.mul(tf.mul(tf.sub(x, mean), inverse), gain), bias);
      return { value, saved: { x, gain, mean, inverse } };
    },
    (dy, { x, gain, mean, inverse }) => {
      const normal = tf.mul(tf.sub(x, mean), inverse);
      const dx = inputGradient(tf.mul(dy, gain), normal, inverse);
      return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
    },
  );
}

/** `dx = (d − mean(d) − n · mean(d · n)) / deviation`, with n the normalised rows and d their gradient. */
function inputGradient(d: tf.Tensor, normal: tf.Tensor, inverse: tf.Tensor): tf.Tensor {
  const along = tf.mean(tf.mul(d, normal), -1, true);
  const centred = tf.sub(d, tf.mean(d, -1, true));
  return tf.mul(tf.sub(centred, tf.mul(normal, along)), inverse);
}
