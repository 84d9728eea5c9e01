import { tf } from '@borealis/tensor';

/**
 * Squares of pixels become channels: `channel · size² + x · size + y`, the horizontal offset the slower one (Wan2.2
 * vae2_2.py `patchify`).
 *
 * @param video `[b t h w c]`
 * @returns `[b t h/size w/size c·size²]`
 */
export function patchify(video: tf.Tensor, size: number): tf.Tensor {
  const [b, t, h, w, c] = video.shape as [number, number, number, number, number];
  const blocks = tf.reshape(video, [b * t, h / size, size, w / size, size, c]);
  const folded = tf.transpose(blocks, [0, 1, 3, 5, 4, 2]); // [b·t h w c x y]
  return tf.reshape(folded, [b, t, h / size, w / size, c * size * size]);
}

/** The inverse of `patchify`. */
export function unpatchify(patches: tf.Tensor, size: number): tf.Tensor {
  const [b, t, h, w, folded] = patches.shape as [number, number, number, number, number];
  const c = folded / (size * size);
  const blocks = tf.reshape(patches, [b * t, h, w, c, size, size]); // [b·t h w c x y]
  const unfolded = tf.transpose(blocks, [0, 1, 5, 2, 4, 3]);
  return tf.reshape(unfolded, [b, t, h * size, w * size, c]);
}
