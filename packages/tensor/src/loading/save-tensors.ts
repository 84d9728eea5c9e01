import type { ShardedFiles, WriteSafetensorsOptions } from '@borealis/safetensors';
import { streamSafetensors, streamSharded } from '@borealis/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { tensorSource } from './tensor-source.ts';

export interface SaveTensorsOptions extends WriteSafetensorsOptions {
  /**
   * Divides the tensors among files of at most so many bytes of data, with an index, as Hugging Face does it. Default:
   * one file.
   */
  readonly maxShardBytes?: number | undefined;
}

/**
 * Saves tensors as safetensors, atomically: what was there stays or is replaced as a whole, whatever fails. Data goes
 * from TensorFlow's memory to the disk in small chunks. What is saved is what the tensors are now: the caller may dispose
 * them, or go on training, before the promise is kept.
 *
 * float32 is stored as F32 or, where it is held so, BF16; int32 as I32, bool as BOOL.
 *
 * @param path ends in `.safetensors` where `maxShardBytes` is given
 * @returns the files written, and the one to give to `loadTensors`
 * @throws TensorError `INVALID_ARGUMENT` for another dtype; SafetensorsError for what the format can't hold; the system's
 * errors (`ENOSPC`, …)
 */
export async function saveTensors(
  path: string,
  tensors: Iterable<readonly [string, Tensor]>,
  options: SaveTensorsOptions = {},
): Promise<ShardedFiles> {
  const { maxShardBytes, ...writing } = options;
  const kept = Array.from(tensors, ([name, tensor]) => [name, tf.keep(tf.clone(tensor))] as const);
  try {
    const sources = kept.map(([name, tensor]) => tensorSource(name, tensor));
    if (maxShardBytes !== undefined) return await streamSharded(path, sources, { ...writing, maxShardBytes });
    await streamSafetensors(path, sources, writing);
    return { path, files: [path] };
  } finally {
    tf.dispose(kept.map(([, tensor]) => tensor));
  }
}
