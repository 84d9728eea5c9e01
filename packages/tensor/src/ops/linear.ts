import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { float32, fusedOps, text } from '../native/fused-ops.ts';
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
  const result = run === undefined ? composed(rows, weight, bias) : fused(run, rows, weight, bias);
  return tf.reshape(result, [...x.shape.slice(0, -1), outSize]);
}

function composed(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  const product = tf.matMul(x, weight, false, true);
  return bias === undefined ? product : tf.add(product, bias);
}

/** TensorFlow runs a product and its BiasAdd as one operation. The bias's gradient is summed in one pass. */
function fused(run: RunFused, x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  const inputs: readonly tf.Tensor[] = bias === undefined ? [x, weight] : [x, weight, bias];
  return withGradient<readonly tf.Tensor[], { x: tf.Tensor; weight: tf.Tensor }>(
    inputs,
    () => {
      const plain = matrixProduct(run, x, weight, { turnB: true });
      const shift = { data_format: text('NHWC'), T: float32 };
      const value = bias === undefined ? plain : (run('BiasAdd', [plain, bias], shift, 1)[0] as tf.Tensor);
      return { value, saved: { x, weight } };
    },
    (dy, { x, weight }) => {
      const gradients = [matrixProduct(run, dy, weight), matrixProduct(run, dy, x, { turnA: true })];
      if (bias !== undefined) gradients.push(run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor);
      return gradients;
    },
  );
}
