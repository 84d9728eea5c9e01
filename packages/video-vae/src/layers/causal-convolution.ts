import { biasedSum, tf } from '@borealis/tensor';
import type { Convolution } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { eachFrame, framesOf, joinFrames, timeOf, zeroFrames } from './frames.ts';

/** A kernel of three frames sees two past ones. */
export const REACH = 2;

/**
 * 3×3×3 convolution that sees no later frame; space is padded with zeros on all sides, time with what came before. It is
 * a sum of convolutions of single frames, one for each frame of the kernel: nothing is padded, and zeros before the clip
 * cost nothing.
 *
 * @param x `[b t h w c]`
 * @returns `[b t h w out]`, or the last of these frames that are wanted
 */
export function causalConvolution(x: tf.Tensor, p: Convolution, time: TimeAxis, layer: string): tf.Tensor {
  const { frames, past } = time.step(x, layer, REACH);
  const count = timeOf(frames);
  const all = joinFrames(past, frames);
  const parts = [0, 1, REACH].slice(0, past === undefined ? count : undefined).map((back) => {
    const part = (seen: tf.Tensor) => pictureConvolution(seen, kernelFrame(p.weight, REACH - back));
    if (past !== undefined) return part(framesOf(all, REACH - back, count));
    return afterZeros(part(framesOf(frames, 0, count - back)), back);
  });
  return biasedSum(parts as [tf.Tensor, ...tf.Tensor[]], p.bias);
}

/** Of `[t h w c out]` one frame, `[h w c out]`. */
function kernelFrame(kernel: tf.Tensor, i: number): tf.Tensor4D {
  const [, h, w, c, out] = kernel.shape as [number, number, number, number, number];
  return tf.reshape(tf.slice(kernel, [i, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [h, w, c, out]);
}

function pictureConvolution(x: tf.Tensor, kernel: tf.Tensor4D): tf.Tensor {
  return eachFrame(x, (pictures) => tf.conv2d(pictures, kernel, 1, 'same'));
}

function afterZeros(x: tf.Tensor, count: number): tf.Tensor {
  return count === 0 ? x : joinFrames(zeroFrames(x, count), x);
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
