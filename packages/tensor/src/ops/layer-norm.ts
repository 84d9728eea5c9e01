import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../native/fused-ops.ts';
import { fusedNorm } from './fused-norm.ts';
import { withGradient } from './with-gradient.ts';

export interface LayerNormWeights {
  /** `[c]`, or `[g c]`: then the rows of x fall into g equal groups, one after the other, each with its own. */
  readonly gain: tf.Tensor;
  /** Like `gain`. */
  readonly bias: tf.Tensor;
}

/**
 * Layer normalisation over the last axis (Ba et al. 2016), as PyTorch's: population variance, eps inside the root. With
 * a row of weights for each sample or token it is AdaLN's modulation: `gain = 1 + scale`, `bias = shift`. The backward
 * pass keeps x and two numbers per row.
 *
 * @param x `[… c]`
 * @param weights gain and bias, or none
 */
export function layerNorm(x: tf.Tensor, weights: LayerNormWeights | undefined, eps: number): tf.Tensor {
  const size = x.shape.at(-1) ?? 1;
  const rows = tf.reshape(x, [x.size / size, size]);
  const run = fusedOps();
  if (run !== undefined) {
    return tf.reshape(fusedNorm(run, rows, weights ?? {}, { eps, centered: true }), x.shape);
  }
  const normalised =
    weights === undefined ? normalise(rows, eps) : scaled(rows, weights.gain, weights.bias, eps);
  return tf.reshape(normalised, x.shape);
}

function scaled(rows: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, eps: number): tf.Tensor {
  const size = rows.shape[1] as number;
  const groups = gain.size / size;
  const perGroup = (weight: tf.Tensor) => tf.reshape(weight, [groups, 1, size]);
  const grouped = tf.reshape(normalise(rows, eps), [groups, rows.shape[0] / groups, size]);
  return tf.reshape(tf.add(tf.mul(grouped, perGroup(gain)), perGroup(bias)), rows.shape);
}

/** `[rows c]` */
function normalise(x: tf.Tensor, eps: number): tf.Tensor {
  return withGradient(
    [x],
    (x) => {
      const mean = tf.mean(x, -1, true);
      const variance = tf.mean(tf.squaredDifference(x, mean), -1, true);
      const inverse = tf.rsqrt(tf.add(variance, eps));
      return { value: tf.mul(tf.sub(x, mean), inverse), saved: { x, mean, inverse } };
    },
    (dy, { x, mean, inverse }) => [inputGradient(dy, tf.mul(tf.sub(x, mean), inverse), inverse)],
  );
}

/** `dx = (d − mean(d) − n · mean(d · n)) / deviation`, with n the normalised rows and d their gradient. */
function inputGradient(d: tf.Tensor, normal: tf.Tensor, inverse: tf.Tensor): tf.Tensor {
  const along = tf.mean(tf.mul(d, normal), -1, true);
  const centred = tf.sub(d, tf.mean(d, -1, true));
  return tf.mul(tf.sub(centred, tf.mul(normal, along)), inverse);
}
