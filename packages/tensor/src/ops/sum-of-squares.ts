import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../native/fused-ops.ts';

/** `Σ x²`, a scalar; without a gradient. */
export function sumOfSquares(x: tf.Tensor): tf.Tensor {
  const run = fusedOps();
  if (run === undefined) return tf.sum(tf.square(x));
  return run('BorealisSumOfSquares', [x], {}, 1)[0] as tf.Tensor;
}
