import { biasedSum, causalConv3d, tf } from '@borealis/tensor';
import type { Convolution } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { framesOf, joinFrames, timeOf } from './frames.ts';

/** A kernel of three frames sees two past ones. */
export const REACH = 2;

/**
 * 3×3×3 convolution that sees no later frame; space is padded with zeros on all sides, time with what came before.
 *
 * @param x `[b t h w c]`
 * @returns `[b t h w out]`, or the last of these frames that are wanted
 */
export function causalConvolution(x: tf.Tensor, p: Convolution, time: TimeAxis, layer: string): tf.Tensor {
  const { frames, past } = time.step(x, layer, REACH);
  return causalConv3d(joinFrames(past, frames), p.weight, p.bias, { past: past === undefined ? 0 : REACH });
}

/** Of `[t h w c out]` one frame, `[h w c out]`. */
function kernelFrame(kernel: tf.Tensor, i: number): tf.Tensor4D {
  const [, h, w, c, out] = kernel.shape as [number, number, number, number, number];
  return tf.reshape(tf.slice(kernel, [i, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [h, w, c, out]);
}

/**
 * Convolution over time alone of `[past, frames]`, without padding: for each of the kernel's frames a matrix product.
 *
 * @param p kernel `[t 1 1 c out]`
 * @param stride 1 or 2
 */
export function timeConvolution(x: tf.Tensor, p: Convolution, stride: 1 | 2): tf.Tensor {
  const [t, , , c, out] = p.weight.shape as [number, number, number, number, number];
  const count = Math.floor((timeOf(x) - t) / stride) + 1;
  const parts = Array.from({ length: t }, (_, i) => {
    const seen = stride === 1 ? framesOf(x, i, count) : everySecond(x, i, count);
    return perPixel(seen, tf.reshape(kernelFrame(p.weight, i), [c, out]));
  });
  return biasedSum(parts as [tf.Tensor, ...tf.Tensor[]], p.bias);
}

/** Convolution with a kernel of one pixel, `[1 1 1 c out]` or `[1 1 c out]`. */
export function pointConvolution(x: tf.Tensor, p: Convolution): tf.Tensor {
  const [c, out] = p.weight.shape.slice(-2) as [number, number];
  return biasedSum([perPixel(x, tf.reshape(p.weight, [c, out]))], p.bias);
}

function perPixel(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const [c, out] = kernel.shape as [number, number];
  return tf.reshape(tf.matMul(tf.reshape(x, [x.size / c, c]), kernel), [...x.shape.slice(0, -1), out]);
}

/** Frames start, start + 2, … (tfjs knows no gradient of strided slices). */
function everySecond(x: tf.Tensor, start: number, count: number): tf.Tensor {
  const later = start + 2 * count > timeOf(x) ? 1 : 0; // the last of them has no frame after it: pairs end with it
  const [b, , h, w, c] = x.shape as [number, number, number, number, number];
  const pairs = tf.reshape(framesOf(x, start - later, 2 * count), [b, count, 2 * h * w * c]);
  const half = tf.slice(pairs, [0, 0, later * h * w * c], [-1, -1, h * w * c]);
  return tf.reshape(half, [b, count, h, w, c]);
}
