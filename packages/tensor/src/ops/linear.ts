import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { fusedOps } from '../native/fused-ops.ts';
import { biasedSum } from './biased-sum.ts';
import { matrixProduct } from './matrix-product.ts';
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
  const run = fusedOps();
  const product = run === undefined ? tf.matMul(rows, weight, false, true) : fused(run, rows, weight);
  const result = bias === undefined ? product : biasedSum([product], bias);
  return tf.reshape(result, [...x.shape.slice(0, -1), outSize]);
}

/** Without the batch axis that tfjs's product has. */
function fused(run: RunFused, x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return withGradient(
    [x, weight],
    (x, weight) => ({ value: matrixProduct(run, x, weight, { turnB: true }), saved: { x, weight } }),
    (dy, { x, weight }) => [matrixProduct(run, dy, weight), matrixProduct(run, dy, x, { turnA: true })],
  );
}
