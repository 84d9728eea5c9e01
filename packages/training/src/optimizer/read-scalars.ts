import type { NamedTensors } from '../parameters/parameters.ts';
import { disposeNamed } from '../parameters/parameters.ts';

/** Scalars as numbers; the tensors are disposed. */
export function readScalars(scalars: NamedTensors): Record<string, number> {
  const numbers = Object.entries(scalars).map(
    ([name, tensor]) => [name, tensor.dataSync()[0] as number] as const,
  );
  disposeNamed(scalars);
  return Object.fromEntries(numbers);
}
