import type { Paddings } from '@borealis/tensor';
import { paddedConvolution, tf } from '@borealis/tensor';
import type { Convolution } from '../parameters.ts';
import { eachFrame } from './frames.ts';

type Parity = 0 | 1;
const PARITIES: readonly Parity[] = [0, 1];

/**
 * Every pixel becomes four equal ones, then 3×3 (Wan2.2 vae2_2.py `Upsample`, `Conv2d`). Of the nine pixels that an output
 * sees, those of one source pixel are equal: rows and columns of the kernel that meet on it are added first, which leaves
 * a 2×2 kernel for each of the four places of an output in its source pixel, and less than half of the products.
 *
 * @param x `[b t h w c]`
 * @returns `[b t 2h 2w out]`
 */
export function doubleSpace(x: tf.Tensor, p: Convolution): tf.Tensor {
  return eachFrame(x, (pictures) => {
    const [n, h, w] = pictures.shape;
    const rows = PARITIES.map((row) => {
      const columns = PARITIES.map((column) => {
        const kernel = fold(fold(p.weight, row, 0), column, 1);
        const paddings: Paddings = [[0, 0], before(row), before(column), [0, 0]];
        return paddedConvolution(pictures, kernel, p.bias, paddings); // [n h w out]
      });
      return tf.reshape(tf.stack(columns, 3), [n, h, 2 * w, p.bias.size]);
    });
    return tf.reshape(tf.stack(rows, 2), [n, 2 * h, 2 * w, p.bias.size]);
  });
}

/** Three rows (or columns) of a kernel as two: an even output sees its source second, an odd one first. */
function fold(kernel: tf.Tensor, parity: Parity, axis: 0 | 1): tf.Tensor {
  const [first, middle, last] = tf.split(kernel, 3, axis) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const two = parity === 0 ? [first, tf.add(middle, last)] : [tf.add(first, middle), last];
  return tf.concat(two, axis);
}

/** Zeros around the source: in front of even outputs, behind odd ones. */
function before(parity: Parity): [number, number] {
  return parity === 0 ? [1, 0] : [0, 1];
}
