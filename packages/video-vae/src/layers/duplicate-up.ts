import { tf } from '@borealis/tensor';
import type { Factors } from './average-down.ts';
import { lastFrames, timeOf } from './frames.ts';

/**
 * The decoder's shortcut: channels are repeated, and channels become neighbours (t, y, x; x fastest). Where `x` begins the
 * clip, the first frame stands for one frame only (Wan2.2 vae2_2.py `DupUp3D`).
 *
 * @param x `[b t h w c]`
 * @returns `[b t·time h·space w·space out]`, in time 1 + (t − 1)·time where `x` begins the clip
 */
export function duplicateUp(
  x: tf.Tensor,
  out: number,
  { time, space, beginsClip }: Factors & { readonly beginsClip: boolean },
): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const repeats = (out * time * space * space) / c;
  // Not tf.tile, whose gradient tfjs knows for few axes only.
  const repeated = tf.add(tf.reshape(x, [b * t * h * w * c, 1]), tf.zeros([repeats]));
  const unfolded = tf.reshape(repeated, [b, t, h, w, out, time, space, space]);
  const folded = tf.transpose(unfolded, [0, 1, 5, 2, 6, 3, 7, 4]);
  const y = tf.reshape(folded, [b, t * time, h * space, w * space, out]);
  return beginsClip ? lastFrames(y, timeOf(y) - (time - 1)) : y;
}
