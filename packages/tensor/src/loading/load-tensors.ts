import { openSafetensors, openSharded } from '@borealis/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import type { Hold } from './held-dtype.ts';
import type { NameFilter } from './plan-reads.ts';
import { planReads } from './plan-reads.ts';
import { readInJavaScript } from './read-in-javascript.ts';
import type { ReadOptions } from './read-natively.ts';
import { readNatively } from './read-natively.ts';

export interface LoadTensorsOptions extends ReadOptions {
  /** Tensors to load: their names, or a function that tells them by their names. Default: all. */
  readonly names?: NameFilter | undefined;
  /** What becomes of BF16: held as it is stored, in 2 bytes an element (default), or widened to float32. */
  readonly hold?: Hold | undefined;
}

export interface LoadedTensors {
  /** In the order of the file; the caller disposes them. */
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Loads a safetensors file, or a set of shards by its index, straight into TensorFlow's memory: several threads read by
 * position, nothing passes through JavaScript's memory, and the event loop goes on meanwhile. Header and index are
 * checked by every rule of `@borealis/safetensors` first.
 *
 * F32 stays as it is; BF16 is held as bfloat16 (see `toBfloat16`) or widened; F16 is widened to float32 (exact), F64
 * rounded to it. I32 stays; the other integers become int32, which is checked for each number: I64 that doesn't fit is
 * an error. BOOL becomes bool. Other dtypes are refused.
 *
 * Where the native extension is absent (the WASM backend), tensors are read one after another through JavaScript, and
 * BF16 becomes float32.
 *
 * @param path of the file, or of the index: `model.safetensors.index.json`
 * @throws SafetensorsError for what is wrong with the files: header, index, `unknown-tensor`, `wrong-dtype`,
 * `out-of-range`, and `truncated` or `changed` where they change while being read; TensorError `READ_FAILED` where the
 * disk or the memory fails; the system's errors where a file can't be opened; the reason of `signal`. No tensors are left
 * then
 */
export async function loadTensors(path: string, options: LoadTensorsOptions = {}): Promise<LoadedTensors> {
  const { names, hold = 'as-stored', ...reading } = options;
  const file = await (path.endsWith('.json') ? openSharded(path) : openSafetensors(path));
  try {
    const reads = planReads(file, { names, hold });
    const interception = activeInterception();
    const tensors =
      interception === undefined
        ? await readInJavaScript(file, reads, reading)
        : await readNatively(interception, reads, reading);
    try {
      await file.checkUnchanged();
    } catch (error) {
      tf.dispose([...tensors.values()]);
      throw error;
    }
    return { tensors: inOrder(tensors, reads), metadata: file.metadata };
  } finally {
    await file.close();
  }
}

function inOrder(
  tensors: ReadonlyMap<string, Tensor>,
  reads: readonly { readonly name: string }[],
): Map<string, Tensor> {
  const ordered = new Map<string, Tensor>();
  for (const { name } of reads) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) ordered.set(name, tensor);
  }
  return ordered;
}
