import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../native/fused-ops.ts';
import { fusedNorm } from './fused-norm.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Root-mean-square normalisation over the last axis (Zhang and Sennrich 2019): `x / √(mean(x²) + eps) · gain`.
 *
 * @param x `[… c]`
 * @param gain `[c]`
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor, eps: number): tf.Tensor {
  const size = x.shape.at(-1) ?? 1;
  const rows = tf.reshape(x, [x.size / size, size]);
  const run = fusedOps();
  if (run !== undefined) return tf.reshape(fusedNorm(run, rows, { gain }, { eps, centered: false }), x.shape);
  const scaled = withGradient(
    [rows, gain],
    (x, gain) => {
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps));
      return { value: tf.mul(tf.mul(x, inverse), gain), saved: { x, gain, inverse } };
    },
    (dy, { x, gain, inverse }) => {
      const normal = tf.mul(x, inverse);
      const d = tf.mul(dy, gain);
      const along = tf.mean(tf.mul(d, normal), -1, true);
      const dx = tf.mul(tf.sub(d, tf.mul(normal, along)), inverse);
      return [dx, tf.sum(tf.mul(dy, normal), 0)];
    },
  );
  return tf.reshape(scaled, x.shape);
}
