import type * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { storageDtype } from '../half/storage-dtype.ts';
import { toBfloat16 } from '../half/to-bfloat16.ts';
import type { TensorTree } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import { BUCKET_BYTES, divideIntoBuckets, exchangeBuckets } from './buckets.ts';
import type { ClusterMembership, CollectiveOptions } from './cluster.ts';
import { collectiveOp } from './collective-op.ts';
import { instanceKey } from './instance-key.ts';

const DTYPES = ['float32', 'int32', 'bool'] as const;

/** One task's tensors on all of them. */
export function broadcast<Tree extends TensorTree>(
  cluster: ClusterMembership,
  tree: Tree,
  from: number,
  { bucketBytes = BUCKET_BYTES }: CollectiveOptions = {},
): Tree {
  if (!Number.isInteger(from) || from < 0 || from >= cluster.size) {
    throw new TensorError('INVALID_ARGUMENT', `there is no task ${from}; there are ${cluster.size}, from 0`);
  }
  const op = from === cluster.task ? 'CollectiveBcastSendV2' : 'CollectiveBcastRecvV2';
  const { tensors, structure } = flatten(tree);
  const buckets = divideIntoBuckets(tensors, { bytes: bucketBytes, dtypes: DTYPES });
  const received = exchangeBuckets(tensors, buckets, (vector, bucket) => {
    const instance = instanceKey('broadcast', from, vector.dtype, vector.size, bucket);
    return collectiveOp(cluster, { op, instance, vector });
  });
  return unflatten(
    structure,
    received.map((tensor, i) => heldAs(tensors[i], tensor)),
  ) as Tree;
}

function heldAs(original: tf.Tensor | undefined, received: tf.Tensor): tf.Tensor {
  if (original === undefined || storageDtype(original) !== 'bfloat16') return received;
  const narrowed = toBfloat16(received);
  received.dispose();
  return narrowed;
}
