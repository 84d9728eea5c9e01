import { streamSafetensors } from './stream-safetensors.ts';
import type { WriteSafetensorsOptions } from './stream-safetensors.ts';
import type { TensorData } from './tensor-data.ts';

/**
 * Writes tensors that are in memory, atomically: `path` holds its old content or all of the new one.
 *
 * @throws as `streamSafetensors`
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, TensorData]>,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const sources = [...tensors].map(([name, { dtype, shape, data }]) => ({ name, dtype, shape, data }));
  await streamSafetensors(path, sources, options);
}
