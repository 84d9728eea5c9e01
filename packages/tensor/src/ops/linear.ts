import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { fusedOps, text } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/**
 * `x · weightᵀ + bias`, with the weight as published checkpoints keep it.
 *
 * @param x `[… in]`
 * @param weight `[out in]`
 * @param bias `[out]`, or none
 * @returns `[… out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outSize, inSize] = weight.shape as [number, number];
  const rows = tf.reshape(x, [x.size / inSize, inSize]);
  const product = tf.matMul(rows, weight, false, true);
  const shifted = bias === undefined ? product : addBias(product, bias);
  return tf.reshape(shifted, [...x.shape.slice(0, -1), outSize]);
}

/** x `[n c]` + bias `[c]` */
function addBias(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const run = fusedOps();
  return run === undefined ? tf.add(x, bias) : biasAdd(run, x, bias);
}

/** TensorFlow runs a product and its BiasAdd as one operation; the gradient sums in one pass. */
function biasAdd(run: RunFused, x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return withGradient(
    [x, bias],
    (x, bias) => ({
      value: run('BiasAdd', [x, bias], { data_format: text('NHWC') }, 1)[0] as tf.Tensor,
      saved: {},
    }),
    (dy) => [dy, run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor],
  );
}
