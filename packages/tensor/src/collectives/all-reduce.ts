import { TensorError } from '../errors.ts';
import type { TensorTree } from '../tree/tensor-tree.ts';
import { flatten, unflatten } from '../tree/tensor-tree.ts';
import { BUCKET_BYTES, divideIntoBuckets, exchangeBuckets } from './buckets.ts';
import type { ClusterMembership, CollectiveOptions, Reduction } from './cluster.ts';
import { collectiveOp } from './collective-op.ts';
import { instanceKey } from './instance-key.ts';

const DTYPES = { sum: ['float32', 'int32'], mean: ['float32'] } as const;

/** Sum or mean over all tasks of each tensor of a tree, by TensorFlow's ring (NCCL between GPUs). */
export function allReduce<Tree extends TensorTree>(
  cluster: ClusterMembership,
  tree: Tree,
  reduction: Reduction,
  { bucketBytes = BUCKET_BYTES }: CollectiveOptions = {},
): Tree {
  if (!Object.hasOwn(DTYPES, reduction)) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `there is no reduction ${JSON.stringify(reduction)}; there is sum and mean`,
    );
  }
  const { tensors, structure } = flatten(tree);
  const buckets = divideIntoBuckets(tensors, { bytes: bucketBytes, dtypes: DTYPES[reduction] });
  const reduced = exchangeBuckets(tensors, buckets, (vector, bucket) =>
    collectiveOp(cluster, {
      op: 'CollectiveReduceV2',
      instance: instanceKey('reduce', reduction, vector.dtype, vector.size, bucket),
      vector,
      attributes: (constants) => [
        { name: 'merge_op', type: constants.TF_ATTR_STRING, value: 'Add' },
        { name: 'final_op', type: constants.TF_ATTR_STRING, value: reduction === 'mean' ? 'Div' : 'Id' },
        { name: 'is_stateless', type: constants.TF_ATTR_BOOL, value: false },
        { name: 'Nordering_token', type: constants.TF_ATTR_INT, value: 0 },
        { name: 'max_subdivs_per_device', type: constants.TF_ATTR_INT, value: -1 },
      ],
    }),
  );
  return unflatten(structure, reduced) as Tree;
}
