import { tf } from '@borealis/tensor';
import { eachFrame, timeOf } from './frames.ts';

/** How many neighbours become one, in time and on each side of a picture. */
export interface Factors {
  readonly time: number;
  readonly space: number;
}

/**
 * The encoder's shortcut: blocks of neighbours become channels (channel slowest, then t, y, x), and groups of these are
 * averaged. Zero frames in front fill the first block, and count (Wan2.2 vae2_2.py `AvgDown3D`).
 *
 * @param x `[b t h w c]`
 * @returns `[b ⌈t / time⌉ h/space w/space out]`
 */
export function averageDown(x: tf.Tensor, out: number, { time, space }: Factors): tf.Tensor {
  const missing = (time - (timeOf(x) % time)) % time;
  const filled =
    missing === 0
      ? x
      : tf.pad(x, [
          [0, 0],
          [missing, 0],
          [0, 0],
          [0, 0],
          [0, 0],
        ]);
  const group = ((x.shape[4] as number) * time * space * space) / out;
  // Where groups hold whole blocks of a picture, these are averaged before anything is moved.
  if (space > 1 && group % (space * space) === 0)
    return unfold(
      eachFrame(filled, (pictures) => tf.avgPool(pictures, space, space, 'valid')),
      out,
      { time, space: 1 },
    );
  return unfold(filled, out, { time, space });
}

function unfold(x: tf.Tensor, out: number, { time, space }: Factors): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const blocks = tf.reshape(x, [b, t / time, time, h / space, space, w / space, space, c]);
  const unfolded = tf.transpose(blocks, [0, 1, 3, 5, 7, 2, 4, 6]); // [b t h w c time space space]
  const group = (c * time * space * space) / out;
  return tf.mean(tf.reshape(unfolded, [b, t / time, h / space, w / space, out, group]), -1);
}
