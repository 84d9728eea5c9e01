import { tf } from '@borealis/tensor';

/** `count` frames of `[b t …]` from frame `start` on. */
export function framesOf(x: tf.Tensor, start: number, count: number): tf.Tensor {
  const [b, t, ...rest] = x.shape as [number, number, ...number[]];
  if (start === 0 && count === t) return x;
  const whole = rest.map(() => -1);
  const from = rest.map(() => 0);
  if (b > 1) return tf.slice(x, [0, start, ...from], [-1, count, ...whole]);
  // Along the first axis TensorFlow copies nothing.
  const frames = tf.slice(tf.reshape(x, [t, ...rest]), [start, ...from], [count, ...whole]);
  return tf.reshape(frames, [b, count, ...rest]);
}

/** The last `count` frames of `[b t …]`. */
export function lastFrames(x: tf.Tensor, count: number): tf.Tensor {
  return framesOf(x, timeOf(x) - count, count);
}

/** `[b t h w c]` → t */
export function timeOf(x: tf.Tensor): number {
  return x.shape[1] as number;
}

/** Frames one after the other; those that are absent or none are left out. */
export function joinFrames(...parts: readonly (tf.Tensor | undefined)[]): tf.Tensor {
  const present = parts.filter((part) => part !== undefined && timeOf(part) > 0) as tf.Tensor[];
  return present.length === 1 ? (present[0] as tf.Tensor) : tf.concat(present, 1);
}

/** `[b t h w c]` → what `fn` makes of `[b·t h w c]`, with the frames apart again. */
export function eachFrame(x: tf.Tensor, fn: (pictures: tf.Tensor4D) => tf.Tensor): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const y = fn(tf.reshape(x, [b * t, h, w, c]));
  return tf.reshape(y, [b, t, ...y.shape.slice(1)]);
}

/** `count` frames of zeros, of the size of `x` `[b t …]`. */
export function zeroFrames(x: tf.Tensor, count: number): tf.Tensor {
  return tf.zeros(x.shape.map((size, axis) => (axis === 1 ? count : size)));
}
