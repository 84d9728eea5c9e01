import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { toFloat32 } from '../half/to-float32.ts';

/** As in PyTorch's DistributedDataParallel: large enough to fill a link, small enough to begin before the last gradient. */
export const BUCKET_BYTES = 25 * 2 ** 20;

/** Places of tensors of one dtype that travel together, in the order in which they lie in the bucket. */
export interface Bucket {
  readonly dtype: tf.DataType;
  readonly places: readonly number[];
}

/**
 * Divides tensors into buckets, the last tensors first: a backward pass has those gradients first. Depends on nothing but
 * dtypes and shapes, so that all tasks divide alike.
 *
 * @throws TensorError `INVALID_ARGUMENT` where a dtype isn't among `dtypes`
 */
export function divideIntoBuckets(
  tensors: readonly tf.Tensor[],
  { bytes, dtypes }: { readonly bytes: number; readonly dtypes: readonly tf.DataType[] },
): Bucket[] {
  const buckets: { dtype: tf.DataType; places: number[] }[] = [];
  const open = new Map<tf.DataType, { bucket: { places: number[] }; left: number }>();
  for (const [place, { dtype, size }] of [...tensors.entries()].reverse()) {
    if (size === 0) continue; // nothing travels
    if (!dtypes.includes(dtype)) {
      throw new TensorError(
        'INVALID_ARGUMENT',
        `tensor ${place} is of ${dtype}; this operation between processes takes ${dtypes.join(', ')}`,
      );
    }
    const needed = 4 * size;
    const current = open.get(dtype);
    if (current !== undefined && needed <= current.left) {
      current.bucket.places.push(place);
      current.left -= needed;
      continue;
    }
    const bucket = { dtype, places: [place] };
    buckets.push(bucket);
    open.set(dtype, { bucket, left: bytes - needed });
  }
  return buckets;
}

/** Each bucket as one vector through `exchange`, and the results in the shapes and places of `tensors`. */
export function exchangeBuckets(
  tensors: readonly tf.Tensor[],
  buckets: readonly Bucket[],
  exchange: (vector: tf.Tensor1D, bucket: number) => tf.Tensor,
): tf.Tensor[] {
  const results = tensors.map((tensor) => (tensor.size === 0 ? tf.clone(tensor) : tensor));
  for (const [i, { places }] of buckets.entries()) {
    const members = places.map((place) => tensors[place] as tf.Tensor);
    const parts = tf.tidy(() => {
      const flat = members.map((tensor) => tf.reshape<tf.Rank.R1>(widened(tensor), [tensor.size]));
      const received = exchange(tf.concat1d(flat), i);
      const sizes = members.map(({ size }) => size);
      const pieces = sizes.length === 1 ? [received] : tf.split(received, sizes);
      return pieces.map((piece, j) => tf.reshape(piece, members[j]?.shape ?? []));
    });
    for (const [j, place] of places.entries()) results[place] = parts[j] as tf.Tensor;
  }
  return results;
}

/** What is held as bfloat16 travels as float32. */
function widened(tensor: tf.Tensor): tf.Tensor {
  return tensor.dtype === 'float32' ? toFloat32(tensor) : tensor;
}
