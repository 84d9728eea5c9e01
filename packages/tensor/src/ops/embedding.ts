import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of a table. The gradient adds up where a row is used more than once.
 *
 * @param ids `[…]` int32, in [0, n)
 * @param table `[n c]`
 * @returns `[… c]`
 */
export function embedding(ids: tf.Tensor, table: tf.Tensor): tf.Tensor {
  return tf.gather(table, ids as tf.Tensor1D);
}
