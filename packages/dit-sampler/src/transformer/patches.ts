import { linear, tf } from '@borealis/tensor';

export type PatchSize = readonly [frames: number, rows: number, columns: number];

/** Tokens along the three axes. */
export type Grid = readonly [frames: number, rows: number, columns: number];

export function gridOf(latents: tf.Tensor, [pt, ph, pw]: PatchSize): Grid {
  const [, t, h, w] = latents.shape as [number, number, number, number];
  return [t / pt, h / ph, w / pw];
}

/**
 * A convolution whose stride is its window: one linear map of each patch.
 *
 * @param latents `[b t h w c]`
 * @param kernel `[pt ph pw c out]`
 * @returns `[b n out]`, tokens in the order frame, row, column
 */
export function embedPatches(latents: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [pt, ph, pw, c, out] = kernel.shape as [number, number, number, number, number];
  const patches = cut(latents, [pt, ph, pw]); // [b n (pt ph pw c)]
  return linear(patches, tf.transpose(tf.reshape(kernel, [pt * ph * pw * c, out])), bias);
}

/** `[b t h w c]` → `[b n (pt ph pw c)]` */
function cut(latents: tf.Tensor, patchSize: PatchSize): tf.Tensor {
  const [b, , , , c] = latents.shape as [number, number, number, number, number];
  const [pt, ph, pw] = patchSize;
  const [gt, gh, gw] = gridOf(latents, patchSize);
  const split = tf.reshape(latents, [b * gt, pt, gh, ph, gw, pw * c]);
  return tf.reshape(tf.transpose(split, [0, 2, 4, 1, 3, 5]), [b, gt * gh * gw, pt * ph * pw * c]);
}

/** Tokens `[b n (pt ph pw c)]` of a grid back to `[b t h w c]`: the inverse of the cut. */
export function joinPatches(
  tokens: tf.Tensor,
  { grid, patchSize }: { readonly grid: Grid; readonly patchSize: PatchSize },
): tf.Tensor {
  const [b, , size] = tokens.shape as [number, number, number];
  const [gt, gh, gw] = grid;
  const [pt, ph, pw] = patchSize;
  const c = size / (pt * ph * pw);
  const split = tf.reshape(tokens, [b * gt, gh, gw, pt, ph, pw * c]);
  return tf.reshape(tf.transpose(split, [0, 3, 1, 4, 2, 5]), [b, gt * pt, gh * ph, gw * pw, c]);
}
