import type { TensorData } from '@borealis/safetensors';
import { asFloat32, asInt32 } from '@borealis/safetensors';
import { tf } from '@borealis/tensor';

/** What a row's `inputs` gives as a tensor: codes int32, all else float32. */
export function inputTensor(data: TensorData): tf.Tensor {
  const shape = [...data.shape];
  if (data.dtype === 'I32') return tf.tensor(asInt32(data), shape, 'int32');
  return tf.tensor(asFloat32(data), shape, 'float32');
}
