import { availableParallelism } from 'node:os';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Interception } from '../compile/interception.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import type { HeldDtype } from './held-dtype.ts';
import type { PlannedRead } from './plan-reads.ts';
import { batchReads } from './plan-reads.ts';
import { readError } from './read-error.ts';

/**
 * Between batches progress is told and loading can be stopped, and a process that ends waits for no more than one; large
 * enough that threads that wait for the last chunks of one don't matter.
 */
const BATCH_BYTES = 256 << 20;

/** More than this gains nothing: the memory's or the disk's speed is reached. */
const MAX_THREADS = 8;

export interface ReadOptions {
  /** Threads that read at the same time. Default: as many as there are cores, at most 8. */
  readonly threads?: number | undefined;
  /** Stops loading; what was loaded is disposed. */
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file read so far, and those to be read. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

/** Tensors by name, straight from the files into TensorFlow's memory. Where it fails, none are left. */
export async function readNatively(
  { backend, native }: Interception,
  reads: readonly PlannedRead[],
  options: ReadOptions,
): Promise<Map<string, Tensor>> {
  const threads = options.threads ?? Math.min(MAX_THREADS, availableParallelism());
  const total = reads.reduce((sum, { info }) => sum + info.byteLength, 0);
  const dtypes: Record<HeldDtype['storage'], number> = {
    float32: native.TF_FLOAT,
    bfloat16: TF_BFLOAT16,
    int32: native.TF_INT32,
    bool: native.TF_BOOL,
  };
  const tensors = new Map<string, Tensor>();
  let done = 0;
  try {
    for (const batch of batchReads(reads, BATCH_BYTES)) {
      options.signal?.throwIfAborted();
      const requests = batch.map(({ info, location, held }) => ({
        fd: location.fd,
        position: location.position,
        stored: info.dtype,
        dtype: dtypes[held.storage],
        shape: info.shape,
      }));
      const outputs = await native.readTensors(requests, threads).catch((error: unknown) => {
        throw readError(error, batch);
      });
      for (const [i, metadata] of outputs.entries()) {
        const name = batch[i]?.name;
        if (name !== undefined) tensors.set(name, backend.createOutputTensor(metadata));
      }
      done += batch.reduce((sum, { info }) => sum + info.byteLength, 0);
      options.onProgress?.(done, total);
    }
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  }
  return tensors;
}
