import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/**
 * `x + y`: how a block's result joins the stream, in one pass where the stream is float32 and y bfloat16.
 *
 * @param x `[… c]`
 * @param y like x
 */
export function residualAdd(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const run = fusedOps();
  if (run === undefined) return tf.add(x, y);
  const channels = x.shape.at(-1) ?? 1;
  const flat = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, channels]);
  const ungated = tf.zeros([0, channels]);
  const sum = withGradient(
    [flat(x), flat(y)],
    (x, y) => ({ value: run('BorealisGatedAdd', [x, ungated, y], {}, 1)[0] as tf.Tensor, saved: {} }),
    (dsum) => [dsum, tf.clone(dsum)],
  );
  return tf.reshape(sum, x.shape);
}
