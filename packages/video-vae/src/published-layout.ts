import { tf } from '@borealis/tensor';

/**
 * Published kernels are `[out in t h w]` or `[out in h w]`, TensorFlow's `[t h w in out]` and `[h w in out]`; gains are
 * `[c 1 1 1]` or `[c 1 1]` and `[c]` here.
 */
export function shapeInMemory(published: readonly number[]): number[] {
  if (isGain(published)) return [published[0] ?? 1];
  const [out = 1, inside = 1, ...extent] = published;
  return published.length < 4 ? [...published] : [...extent, inside, out];
}

/** A tensor as it is published, as the layers take it; the given one stays. */
export function toMemory(published: tf.Tensor): tf.Tensor {
  const { shape } = published;
  if (isGain(shape)) return tf.reshape(published, shapeInMemory(shape));
  if (shape.length < 4) return tf.clone(published);
  const extent = shape.slice(2).map((_, axis) => axis + 2);
  return tf.transpose(published, [...extent, 1, 0]);
}

/** The inverse of `toMemory`. */
export function toPublished(tensor: tf.Tensor, published: readonly number[]): tf.Tensor {
  if (published.length < 4 || isGain(published)) return tf.reshape(tensor, [...published]);
  const last = published.length - 1;
  return tf.transpose(tensor, [last, last - 1, ...Array.from({ length: last - 1 }, (_, axis) => axis)]);
}

function isGain(published: readonly number[]): boolean {
  return published.length >= 3 && published.length <= 4 && published.slice(1).every((size) => size === 1);
}
