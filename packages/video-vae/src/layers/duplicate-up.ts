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
  // Where a channel's copies fill a row or a column of neighbours, they are made last, of whole pixels.
  const columns = repeats % space === 0 ? 1 : space;
  const rows = repeats % (space * space) === 0 ? 1 : space;
  const within = (repeats * rows * columns) / (space * space);
  // Not tf.tile, whose gradient tfjs knows for few axes only.
  const repeated = within === 1 ? x : tf.add(tf.reshape(x, [x.size, 1]), tf.zeros([within]));
  const unfolded = tf.reshape(repeated, [b, t, h, w, out, time, rows, columns]);
  const folded = tf.transpose(unfolded, [0, 1, 5, 2, 6, 3, 7, 4]);
  const unspread = tf.reshape(folded, [b, t * time, h * rows, w * columns, out]);
  const y = repeatAlong(repeatAlong(unspread, 3, space / columns), 2, space / rows);
  return beginsClip ? lastFrames(y, timeOf(y) - (time - 1)) : y;
}

/** Every element along an axis `times` times. */
function repeatAlong(x: tf.Tensor, axis: number, times: number): tf.Tensor {
  if (times === 1) return x;
  const copies = tf.stack(
    Array.from({ length: times }, () => x),
    axis + 1,
  );
  return tf.reshape(
    copies,
    x.shape.map((size, i) => (i === axis ? size * times : size)),
  );
}
