import type { TensorData } from '@borealis/safetensors';
import { asFloat32 } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';
import type { Golden } from './golden.ts';
import { isInteger, numbersOf } from './golden.ts';
import type { Produced } from './verifier.ts';

/** A stored tensor as one to compute with: float32 or int32. */
export function toTensor(stored: TensorData): tf.Tensor {
  const shape = [...stored.shape];
  return isInteger(stored)
    ? tf.tensor(Int32Array.from(numbersOf(stored)), shape, 'int32')
    : tf.tensor(asFloat32(stored), shape);
}

/** All tensors under `prefix`, by the rest of their names. */
export function tensorsUnder(golden: Golden, prefix: string): Record<string, tf.Tensor> {
  return Object.fromEntries(
    golden.names(prefix).map((name) => [name, toTensor(golden.tensor(prefix + name))]),
  );
}

/** A computed tensor under a golden's name, read and let go. */
export function produce(name: string, tensor: tf.Tensor, by?: string): Produced {
  const values = tensor.dataSync();
  const { shape } = tensor;
  tensor.dispose();
  return { name, shape, values, ...(by === undefined ? {} : { by }) };
}
