import { asFloat32, readSafetensors } from '@borealis/safetensors';
import type { Statistics } from '@borealis/training';

/**
 * Numbers that are stored with a model beside those that are fitted, such as a text embedding: all tensors of a
 * safetensors file, as float32.
 *
 * @throws SafetensorsError; the system's errors
 */
export async function givenStatistics(path: string | undefined): Promise<Statistics> {
  if (path === undefined) return {};
  const { tensors } = await readSafetensors(path);
  return Object.fromEntries([...tensors].map(([name, data]) => [name, asFloat32(data)]));
}
