import { tf } from '@borealis/tensor';
import { pointwiseConv, repeatFirstFrame, spatialConv, temporalConv } from './causal-convolution.ts';
import type { Resampling } from './cosmos-parameters.ts';
import type { Halving } from './halvings.ts';

/** Averages and strided convolutions, added (CausalHybridDownsample3d). 1 + 2k frames become 1 + k. `[b t h w c]` */
export function downsample(x: tf.Tensor, p: Resampling, { space, time }: Halving): tf.Tensor {
  if (!space && !time) return x; // its weights are there, but do nothing
  const smaller = space ? halveSpace(x, p) : x;
  return pointwiseConv(time ? halveTime(smaller, p) : smaller, p.conv3);
}

function halveSpace(x: tf.Tensor, { conv1 }: Resampling): tf.Tensor {
  const padded = tf.pad(x, [[0, 0], [0, 0], [0, 1], [0, 1], [0, 0]]); // prettier-ignore
  return tf.add(spatialConv(padded, conv1, { stride: 2 }), averagePairs(averagePairs(x, 2), 3));
}

/** The first frame is repeated once for the averages and once more by the convolution itself. */
function halveTime(x: tf.Tensor, { conv2 }: Resampling): tf.Tensor {
  const padded = repeatFirstFrame(x, 1);
  return tf.add(temporalConv(padded, conv2, { stride: 2 }), averagePairs(padded, 1));
}

/** Repetition, and convolutions that add to it (CausalHybridUpsample3d). 1 + k frames become 1 + 2k. `[b t h w c]` */
export function upsample(x: tf.Tensor, p: Resampling, { space, time }: Halving): tf.Tensor {
  if (!space && !time) return x;
  const longer = time ? doubleTime(x, p) : x;
  return pointwiseConv(space ? doubleSpace(longer, p) : longer, p.conv3);
}

function doubleTime(x: tf.Tensor, { conv1 }: Resampling): tf.Tensor {
  const twice = tf.slice(repeat(x, 1), [0, 1, 0, 0, 0], [-1, -1, -1, -1, -1]);
  return tf.add(temporalConv(twice, conv1), twice);
}

function doubleSpace(x: tf.Tensor, { conv2 }: Resampling): tf.Tensor {
  const large = repeat(repeat(x, 2), 3);
  return tf.add(spatialConv(large, conv2), large);
}

/** Each slice twice, along an axis. */
function repeat(x: tf.Tensor, axis: number): tf.Tensor {
  const shape = x.shape.map((size, i) => (i === axis ? 2 * size : size));
  return tf.reshape(tf.stack([x, x], axis + 1), shape);
}

/** The mean of each two neighbours along an axis of even length. */
function averagePairs(x: tf.Tensor, axis: number): tf.Tensor {
  const pairs = x.shape.flatMap((size, i) => (i === axis ? [size / 2, 2] : [size]));
  return tf.mean(tf.reshape(x, pairs), axis + 1);
}
