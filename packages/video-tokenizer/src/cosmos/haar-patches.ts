import { tf } from '@borealis/tensor';
import { repeatFirstFrame } from './causal-convolution.ts';

const AXES = { time: 1, height: 2, width: 3 } as const;

/**
 * Patches by the Haar wavelet (Cosmos-Tokenizer modules/patching.py): one step per factor of two, on all channels. A
 * step's new channel is `band · c + channel`, band `4 time + 2 height + width`, each 0 low or 1 high.
 *
 * @param video `[b 1+p·n h w c]`, h and w multiples of p
 * @param size p, a power of two; the first frame is repeated to p frames
 * @returns `[b 1+n h/p w/p p³·c]`
 */
export function haarPatches(video: tf.Tensor, size: number): tf.Tensor {
  let x = repeatFirstFrame(video, size - 1);
  for (let step = 1; step < size; step *= 2) {
    x = split(split(split(x, AXES.width), AXES.height), AXES.time);
  }
  return x;
}

/** The video that `haarPatches` made patches of. */
export function undoHaarPatches(patches: tf.Tensor, size: number): tf.Tensor {
  let x = patches;
  for (let step = 1; step < size; step *= 2) {
    x = join(join(join(x, AXES.time), AXES.height), AXES.width);
  }
  return tf.slice(x, [0, size - 1, 0, 0, 0], [-1, -1, -1, -1, -1]);
}

/** Half the sum, then half the difference, of each two neighbours; twice the channels. */
function split(x: tf.Tensor, axis: number): tf.Tensor {
  const pairs = x.shape.flatMap((size, i) => (i === axis ? [size / 2, 2] : [size]));
  const [even, odd] = tf.unstack(tf.reshape(x, pairs), axis + 1) as [tf.Tensor, tf.Tensor];
  return tf.mul(tf.concat([tf.add(even, odd), tf.sub(even, odd)], -1), 0.5);
}

function join(x: tf.Tensor, axis: number): tf.Tensor {
  const [low, high] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  const shape = low.shape.map((size, i) => (i === axis ? 2 * size : size));
  return tf.reshape(tf.stack([tf.add(low, high), tf.sub(low, high)], axis + 1), shape);
}
