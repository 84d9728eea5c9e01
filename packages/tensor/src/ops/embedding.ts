import * as tf from '@tensorflow/tfjs-core';
import { nativeOps, typeAttribute } from '../native/native-op.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Rows of a table. The gradient adds up where a row is used more than once.
 *
 * @param ids `[…]` int32, in [0, n)
 * @param table `[n c]`
 * @returns `[… c]`
 */
export function embedding(ids: tf.Tensor, table: tf.Tensor): tf.Tensor {
  const [rows, size] = table.shape as [number, number];
  return withGradient(
    [table],
    (table) => ({ value: rowsOf(table, ids), saved: { ids } }),
    (dy, { ids }) => {
      const flat = tf.reshape<tf.Rank.R1>(ids, [ids.size]);
      return [tf.unsortedSegmentSum(tf.reshape(dy, [ids.size, size]), flat, rows)];
    },
  );
}

/** tfjs-node's own gather reads the indices to check them, which is impossible while recording. */
function rowsOf(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const native = nativeOps();
  if (native === undefined) return tf.gather(table, ids);
  const { constants } = native;
  const types = [
    typeAttribute(constants, 'Tparams', constants.TF_FLOAT),
    typeAttribute(constants, 'Tindices', constants.TF_INT32),
    typeAttribute(constants, 'Taxis', constants.TF_INT32),
  ];
  const [rows] = native.run('GatherV2', types, [table, ids, tf.scalar(0, 'int32')], 1);
  return rows as tf.Tensor;
}
