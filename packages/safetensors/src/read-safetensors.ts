import { openSafetensors } from './open-safetensors.ts';
import type { TensorData } from './tensor-data.ts';

/**
 * Reads a whole file into memory: for small ones. Tensors come in the order of the data.
 *
 * @throws as `openSafetensors`
 */
export async function readSafetensors(path: string): Promise<{
  readonly tensors: Map<string, TensorData>;
  readonly metadata: Readonly<Record<string, string>>;
}> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, TensorData>();
    for (const name of file.names) {
      const { dtype, shape, data } = await file.read(name);
      tensors.set(name, { dtype, shape, data });
    }
    return { tensors, metadata: file.metadata };
  } finally {
    await file.close();
  }
}
