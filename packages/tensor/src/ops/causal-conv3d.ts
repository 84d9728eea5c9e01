import type * as tf from '@tensorflow/tfjs-core';
import { paddedConvolution } from './padded-convolution.ts';

export interface CausalConvOptions {
  /** Frames at the video's front that stand where zeros would, and get no result of their own. Default 0. */
  readonly past?: number;
}

/**
 * 3-D convolution that sees no later frame: time is padded with zeros in front only, space evenly on all sides.
 *
 * @param video `[b t h w c]`
 * @param kernel `[kt kh kw c out]`, odd spatial sizes
 * @param bias `[out]`, or none
 * @returns `[b (t − past) h w out]`
 */
export function causalConv3d(
  video: tf.Tensor,
  kernel: tf.Tensor,
  bias?: tf.Tensor,
  { past = 0 }: CausalConvOptions = {},
): tf.Tensor {
  const [kt, kh, kw] = kernel.shape as [number, number, number];
  const even = (size: number): [number, number] => [(size - 1) / 2, (size - 1) / 2];
  return paddedConvolution(video, kernel, bias, [[0, 0], [kt - 1 - past, 0], even(kh), even(kw), [0, 0]]);
}
