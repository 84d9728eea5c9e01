import type { SafetensorsFile, TensorData } from '@borealis/safetensors';
import { asFloat32, asInt32, asUint8 } from '@borealis/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { PlannedRead } from './plan-reads.ts';
import type { ReadOptions } from './read-natively.ts';

const ELEMENTS = {
  float32: asFloat32,
  bfloat16: asFloat32,
  int32: asInt32,
  bool: (data: TensorData) => asUint8(data).map((byte) => (byte === 0 ? 0 : 1)),
};

/** For backends without the native extension: one tensor after another, bfloat16 as float32. */
export async function readInJavaScript(
  file: SafetensorsFile,
  reads: readonly PlannedRead[],
  { signal, onProgress }: ReadOptions,
): Promise<Map<string, Tensor>> {
  const total = reads.reduce((sum, { info }) => sum + info.byteLength, 0);
  const tensors = new Map<string, Tensor>();
  let done = 0;
  try {
    for (const { name, info, held } of reads) {
      signal?.throwIfAborted();
      const data = await file.read(name);
      tensors.set(name, tf.tensor(ELEMENTS[held.storage](data), [...info.shape], held.dtype));
      onProgress?.((done += info.byteLength), total);
    }
  } catch (error) {
    tf.dispose([...tensors.values()]);
    throw error;
  }
  return tensors;
}
