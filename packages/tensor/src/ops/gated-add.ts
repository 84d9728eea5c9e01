import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/**
 * `x + gate · y` (AdaLN-Zero's gate, Peebles and Xie 2022): how a block's result joins the stream, in one pass.
 *
 * @param x `[… c]`
 * @param gate `[g c]`: the rows of x fall into g equal groups, one after the other, each with its own
 * @param y like x
 */
export function gatedAdd(x: tf.Tensor, gate: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const [groups, channels] = gate.shape as [number, number];
  const rows = x.size / channels;
  const run = fusedOps();
  if (run === undefined) {
    const grouped = tf.reshape(y, [groups, rows / groups, channels]);
    return tf.add(x, tf.reshape(tf.mul(grouped, tf.expandDims(gate, 1)), x.shape));
  }
  const flat = (tensor: tf.Tensor) => tf.reshape(tensor, [rows, channels]);
  const sum = withGradient(
    [flat(x), gate, flat(y)],
    (x, gate, y) => ({
      value: run('BorealisGatedAdd', [x, gate, y], {}, 1)[0] as tf.Tensor,
      saved: { gate, y },
    }),
    (dsum, { gate, y }) => [dsum, ...run('BorealisGatedAddGradient', [dsum, gate, y], {}, 2)],
  );
  return tf.reshape(sum, x.shape);
}
