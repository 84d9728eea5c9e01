import type { TensorData } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import type { Normal } from './suite.ts';

/** Normal numbers of a mean and deviation, float32. */
export function normalData(
  normal: Normal,
  shape: readonly number[],
  { mean = 0, deviation = 1 }: { readonly mean?: number; readonly deviation?: number } = {},
): TensorData {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = mean + deviation * normal();
  return tensorOf(values, shape);
}
