import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { bool, float32, fusedOps, text } from '../native/fused-ops.ts';
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
  const product = (a: tf.Tensor, b: tf.Tensor, turnA: boolean, turnB: boolean) => {
    const attributes = { transpose_a: bool(turnA), transpose_b: bool(turnB), T: float32 };
    return run('MatMul', [a, b], attributes, 1)[0] as tf.Tensor;
  };
  const inputs: readonly tf.Tensor[] = bias === undefined ? [x, weight] : [x, weight, bias];
  return withGradient<readonly tf.Tensor[], { x: tf.Tensor; weight: tf.Tensor }>(
    inputs,
    () => {
      const plain = product(x, weight, false, true);
      const shift = { data_format: text('NHWC'), T: float32 };
      const value = bias === undefined ? plain : (run('BiasAdd', [plain, bias], shift, 1)[0] as tf.Tensor);
      return { value, saved: { x, weight } };
    },
    (dy, { x, weight }) => {
      const gradients = [product(dy, weight, false, false), product(dy, x, true, false)];
      if (bias !== undefined) gradients.push(run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor);
      return gradients;
    },
  );
}
