import type { Tensor } from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';

/** @throws TensorError `INVALID_ARGUMENT` */
export function checkFloat32(tensor: Tensor, caller: string): void {
  if (tensor.dtype === 'float32') return;
  throw new TensorError(
    'INVALID_ARGUMENT',
    `${caller} takes a float32 tensor, found ${tensor.dtype} [${tensor.shape.join()}]: tf.cast it first`,
  );
}
