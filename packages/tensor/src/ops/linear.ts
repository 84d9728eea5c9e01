import * as tf from '@tensorflow/tfjs-core';

/**
 * `y = x Wᵀ + b`, with the weight as PyTorch stores it.
 *
 * @param x `[… in]`
 * @param weight `[out in]`
 * @param bias `[out]`, or none
 * @returns `[… out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outSize, inSize] = weight.shape as [number, number];
  const rows = x.size / inSize;
  const product = tf.matMul(tf.reshape(x, [rows, inSize]), weight, false, true);
  const shifted = bias === undefined ? product : tf.add(product, bias);
  return tf.reshape(shifted, [...x.shape.slice(0, -1), outSize]);
}
