import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import type { Random } from '@borealis/tensor';

/** Normal numbers of a mean and deviation, float32. */
export function normalData(
  random: Random,
  shape: readonly number[],
  { mean = 0, deviation = 1 }: { readonly mean?: number; readonly deviation?: number } = {},
): TensorData {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = mean + deviation * random.normal();
  return tensorOf(values, shape);
}
