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

type Template = Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: string }>>;

/**
 * Stored tensors with the names and shapes of `template`, in its order.
 *
 * @throws TrainingError `PARAMETER_MISSING`, `PARAMETER_SHAPE`, or `PARAMETER_UNEXPECTED` for a name the template lacks
 */
export function fromStored(stored: ReadonlyMap<string, TensorData>, template: Template): NamedTensors {
  return matched(stored, template, (data, { shape, dtype }) =>
    dtype === 'int32'
      ? tf.tensor(asInt32(data), [...shape], 'int32')
      : tf.tensor(asFloat32(data), [...shape]),
  );
}

/**
 * Loaded tensors under the names of `template`, in its order: the same tensors, held as they are (bfloat16 stays so).
 *
 * @throws TrainingError as `fromStored`; `PARAMETER_SHAPE` for another dtype, too
 */
export function fromLoaded(loaded: ReadonlyMap<string, tf.Tensor>, template: Template): NamedTensors {
  return matched(loaded, template, (tensor, { dtype }, name) => {
    if (tensor.dtype === dtype) return tensor;
    throw new TrainingError(
      'PARAMETER_SHAPE',
      `${name} [${tensor.shape.join()}] is stored as ${tensor.dtype}, the model's is ${dtype}`,
    );
  });
}

function matched<T extends { readonly shape: readonly number[] }>(
  stored: ReadonlyMap<string, T>,
  template: Template,
  take: (found: T, wanted: Template[string], name: string) => tf.Tensor,
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
  for (const [name, wanted] of Object.entries(template)) {
    const shape = wanted.shape.join();
    const found = stored.get(name);
    if (found === undefined) {
      throw new TrainingError('PARAMETER_MISSING', `${name} [${shape}] is not stored`);
    }
    if (found.shape.join() !== shape) {
      throw new TrainingError(
        'PARAMETER_SHAPE',
        `${name} is stored as [${found.shape.join()}], the model's is [${shape}]: is this another preset's checkpoint?`,
      );
    }
    named[name] = take(found, wanted, name);
  }
  return named;
}
