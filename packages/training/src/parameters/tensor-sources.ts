import type { TensorSource } from '@borealis/safetensors';
import { tensorOf } from '@borealis/safetensors';
import type { NamedTensors } from './parameters.ts';

/** Tensors as a checkpoint takes them: each is read when it is its turn to be written, so one at a time is in memory. */
export function tensorSources(named: NamedTensors, prefix = ''): TensorSource[] {
  return Object.entries(named).map(([path, tensor]) => {
    const stored = () => tensorOf(tensor.dataSync(), tensor.shape).data;
    const dtype = tensor.dtype === 'int32' ? 'I32' : 'F32';
    return { name: `${prefix}${path}`, dtype, shape: tensor.shape, data: stored };
  });
}
