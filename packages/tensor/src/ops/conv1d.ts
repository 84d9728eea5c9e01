import * as tf from '@tensorflow/tfjs-core';

/**
 * 1-D convolution with zeros on both sides.
 *
 * @param signal `[b l c]`
 * @param kernel `[k c out]`
 * @param bias `[out]`, or none
 * @returns `[b ⌊(l + 2 · padding − k) / stride⌋ + 1 out]`
 */
export function conv1d(
  signal: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor | undefined,
  { stride = 1, padding = 0 }: { readonly stride?: number; readonly padding?: number } = {},
): tf.Tensor {
  const padded = tf.pad(signal, [
    [0, 0],
    [padding, padding],
    [0, 0],
  ]);
  const convolved = tf.conv1d(padded as tf.Tensor3D, kernel as tf.Tensor3D, stride, 'valid');
  return bias === undefined ? convolved : tf.add(convolved, bias);
}
