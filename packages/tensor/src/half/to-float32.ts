import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import { withGradient } from '../ops/with-gradient.ts';
import { castNatively } from './cast-natively.ts';
import { checkFloat32 } from './check-float32.ts';
import { storageDtype } from './storage-dtype.ts';

/**
 * The tensor with its elements held as float32: exact, the inverse of `toBfloat16` on what that gave.
 *
 * @throws TensorError `INVALID_ARGUMENT` for a tensor of another dtype
 */
export function toFloat32(tensor: tf.Tensor): tf.Tensor {
  checkFloat32(tensor, 'toFloat32');
  const interception = activeInterception();
  if (interception === undefined || storageDtype(tensor) !== 'bfloat16') return tf.clone(tensor);
  return withGradient(
    [tensor],
    (x) => ({
      value: castNatively(x, { from: TF_BFLOAT16, to: interception.native.TF_FLOAT }),
      saved: {},
    }),
    (dy) => [tf.clone(dy)],
  );
}
