import { tf } from '@borealis/tensor';

/**
 * Bilinear resizing with pixels' centres kept in place and no smoothing first (torch `interpolate`, `align_corners=False`),
 * as two matrix products: TensorFlow's own operation of this kind has no gradient in tfjs.
 *
 * @param pictures `[n h w c]`
 * @returns `[n height width c]`
 */
export function resizePictures(
  pictures: tf.Tensor,
  [height, width]: readonly [height: number, width: number],
): tf.Tensor {
  const [n, h, w, c] = pictures.shape as [number, number, number, number];
  let x = pictures;
  if (h !== height) {
    const rows = tf.matMul(interpolation(h, height), tf.reshape(x, [n, h, w * c])); // [n height w·c]
    x = tf.reshape(rows, [n, height, w, c]);
  }
  if (w !== width) {
    const columns = tf.matMul(interpolation(w, width), tf.reshape(x, [n * height, w, c])); // [n·height width c]
    x = tf.reshape(columns, [n, height, width, c]);
  }
  return x;
}

/** `[1 to from]`: what each new pixel takes of each old one. */
function interpolation(from: number, to: number): tf.Tensor3D {
  const shares = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, from - 1);
    const share = place - below;
    shares[i * from + below] = (shares[i * from + below] ?? 0) + 1 - share;
    shares[i * from + above] = (shares[i * from + above] ?? 0) + share;
  }
  return tf.tensor3d(shares, [1, to, from]);
}
