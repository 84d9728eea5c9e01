import { tf } from '@borealis/tensor';
import type { Convolution } from '../parameters.ts';
import type { TimeAxis } from '../time/time-axis.ts';
import { eachFrame, framesOf, joinFrames, timeOf } from './frames.ts';

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
  if (past === undefined && timeOf(frames) === 1) return firstFrameConvolution(frames, p);
  const zeros = past === undefined ? REACH : 0;
  const [, h, w] = p.weight.shape as [number, number, number];
  const padding: [number, number][] = [[0, 0], [zeros, 0], around(h), around(w), [0, 0]];
  const padded = tf.pad(joinFrames(past, frames), padding);
  const y = tf.conv3d(padded as tf.Tensor5D, p.weight as tf.Tensor5D, 1, 'valid');
  return tf.add(y, p.bias);
}

/** All of the past is zeros: only the kernel's last frame takes part. */
function firstFrameConvolution(frame: tf.Tensor, p: Convolution): tf.Tensor {
  const [t, h, w, c, out] = p.weight.shape as [number, number, number, number, number];
  const last = tf.reshape(tf.slice(p.weight, [t - 1, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [h, w, c, out]);
  return eachFrame(frame, (picture) => tf.add(tf.conv2d(picture, last as tf.Tensor4D, 1, 'same'), p.bias));
}

/**
 * Convolution over time alone of `[past, frames]`, without padding.
 *
 * @param p kernel `[3 1 1 c out]`
 */
export function timeConvolution(x: tf.Tensor, p: Convolution, stride: number): tf.Tensor {
  const [t, , , c, out] = p.weight.shape as [number, number, number, number, number];
  const outputs = Math.floor((timeOf(x) - t) / stride) + 1;
  // A 1×1 convolution for each of the kernel's frames: three matrix products.
  const parts = Array.from({ length: t }, (_, i) => {
    const seen =
      stride === 1 ? framesOf(x, i, outputs) : everyOther(framesOf(x, i, stride * (outputs - 1) + 1), stride);
    const kernel = tf.reshape(tf.slice(p.weight, [i, 0, 0, 0, 0], [1, -1, -1, -1, -1]), [c, out]);
    return perPixel(seen, kernel);
  });
  return tf.add(
    parts.reduce((sum, part) => tf.add(sum, part)),
    p.bias,
  );
}

/** Convolution with a kernel of one pixel, `[1 1 1 c out]` or `[1 1 c out]`. */
export function pointConvolution(x: tf.Tensor, p: Convolution): tf.Tensor {
  const [c, out] = p.weight.shape.slice(-2) as [number, number];
  return tf.add(perPixel(x, tf.reshape(p.weight, [c, out])), p.bias);
}

function perPixel(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const [c, out] = kernel.shape as [number, number];
  return tf.reshape(tf.matMul(tf.reshape(x, [x.size / c, c]), kernel), [...x.shape.slice(0, -1), out]);
}

function everyOther(x: tf.Tensor, stride: number): tf.Tensor {
  return tf.stridedSlice(x, [0, 0, 0, 0, 0], x.shape, [1, stride, 1, 1, 1]);
}

function around(extent: number): [number, number] {
  return [(extent - 1) / 2, (extent - 1) / 2];
}
