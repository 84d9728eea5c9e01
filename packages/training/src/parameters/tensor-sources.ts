import type { TensorSource } from '@borealis/safetensors';
import { tensorSource } from '@borealis/tensor';
import type { NamedTensors } from './parameters.ts';

/** Tensors as a checkpoint takes them: written out of TensorFlow's memory when it is their turn, as they are held. */
export function tensorSources(named: NamedTensors, prefix = ''): TensorSource[] {
  return Object.entries(named).map(([path, tensor]) => tensorSource(`${prefix}${path}`, tensor));
}
