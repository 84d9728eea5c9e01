import type { DeclaredTensor } from './encode-header.ts';
import { SafetensorsError } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';

/** The names of a set have room for five digits. */
const MAX_SHARDS = 99_999;

export interface ShardPlan<T> {
  readonly shards: readonly (readonly T[])[];
  /** Bytes of all tensors. */
  readonly totalBytes: number;
}

/**
 * Divides tensors among shards as Hugging Face's writer does (`huggingface_hub`, `_base.py`): in the given order, a new
 * shard where the next tensor would not fit; a tensor that is larger than a whole shard gets one of its own.
 *
 * @throws SafetensorsError `invalid-sharding`, `duplicate-key`, `size-overflow`
 */
export function planShards<T extends DeclaredTensor>(
  tensors: Iterable<T>,
  maxShardBytes: number,
  file: string,
): ShardPlan<T> {
  if (!(maxShardBytes > 0)) {
    const problem = `maxShardBytes is ${maxShardBytes}; a number above 0 is expected`;
    throw new SafetensorsError('invalid-sharding', problem, { file });
  }
  const shards: T[][] = [];
  const names = new Set<string>();
  let [room, totalBytes] = [0, 0];
  let current: T[] | undefined;
  for (const tensor of tensors) {
    const { name, dtype, shape } = tensor;
    if (names.has(name)) {
      const problem = `two tensors are called ${JSON.stringify(name)}`;
      throw new SafetensorsError('duplicate-key', problem, { file, tensor: name });
    }
    names.add(name);
    const bytes = tensorByteLength(dtype, shape, { file, tensor: name });
    totalBytes += bytes;
    if (bytes > maxShardBytes) {
      shards.push([tensor]);
    } else if (current !== undefined && bytes <= room) {
      current.push(tensor);
      room -= bytes;
    } else {
      current = [tensor];
      shards.push(current);
      room = maxShardBytes - bytes;
    }
  }
  if (shards.length > MAX_SHARDS) {
    const problem = `${shards.length} shards of ${maxShardBytes} bytes; at most ${MAX_SHARDS} can be named`;
    throw new SafetensorsError('invalid-sharding', problem, { file });
  }
  return { shards: shards.length === 0 ? [[]] : shards, totalBytes };
}
