import type { TensorData } from '@borealis/safetensors';
import { asFloat32, asInt32, tensorOf } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { NamedTensors } from './parameters.ts';

/** Tensors as they are stored: float32 and int32, row-major. Reads the data, so never while recording. */
export function toStored(named: NamedTensors): Map<string, TensorData> {
  const stored = new Map<string, TensorData>();
  for (const [path, tensor] of Object.entries(named)) {
    const data = tensor.dataSync() as Float32Array | Int32Array;
    stored.set(path, tensorOf(data, tensor.shape));
  }
  return stored;
}

/**
 * Stored tensors with the names and shapes of `template`, in its order.
 *
 * @throws TrainingError `PARAMETER_MISSING`, `PARAMETER_SHAPE`, or `PARAMETER_UNEXPECTED` for a name the template lacks
 */
export function fromStored(
  stored: ReadonlyMap<string, TensorData>,
  template: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: string }>>,
): NamedTensors {
  for (const name of stored.keys()) {
    if (!(name in template)) {
      throw new TrainingError(
        'PARAMETER_UNEXPECTED',
        `${name} is stored, but the model has no such parameter`,
      );
    }
  }
  const named: Record<string, tf.Tensor> = {};
  for (const [name, { shape, dtype }] of Object.entries(template)) {
    const data = stored.get(name);
    if (data === undefined)
      throw new TrainingError('PARAMETER_MISSING', `${name} [${shape.join()}] is not stored`);
    if (data.shape.join() !== shape.join()) {
      throw new TrainingError(
        'PARAMETER_SHAPE',
        `${name} is stored as [${data.shape.join()}], the model's is [${shape.join()}]: is this another preset's checkpoint?`,
      );
    }
    named[name] =
      dtype === 'int32'
        ? tf.tensor(asInt32(data), [...shape], 'int32')
        : tf.tensor(asFloat32(data), [...shape]);
  }
  return named;
}
