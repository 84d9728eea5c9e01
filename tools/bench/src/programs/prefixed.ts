import type { NamedTensors } from '@borealis/training';

/** The same tensors under `prefix.name`. */
export function prefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
}
