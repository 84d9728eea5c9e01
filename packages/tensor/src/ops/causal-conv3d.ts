import * as tf from '@tensorflow/tfjs-core';
import { biasedSum } from './biased-sum.ts';

/**
 * 3-D convolution that sees no later frame: time is padded with zeros in front only, space evenly on all sides.
 *
 * @param video `[b t h w c]`
 * @param kernel `[kt kh kw c out]`, odd spatial sizes
 * @param bias `[out]`, or none
 * @returns `[b t h w out]`
 */
export function causalConv3d(video: tf.Tensor, kernel: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [kt, kh, kw] = kernel.shape as [number, number, number];
  const even = (size: number): [number, number] => [(size - 1) / 2, (size - 1) / 2];
  const padded = tf.pad(video, [[0, 0], [kt - 1, 0], even(kh), even(kw), [0, 0]]);
  const convolved = tf.conv3d(padded as tf.Tensor5D, kernel as tf.Tensor5D, 1, 'valid');
  return bias === undefined ? convolved : biasedSum([convolved], bias);
}
