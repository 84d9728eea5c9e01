import { fromBfloat16, toBfloat16 as roundToBfloat16 } from '@borealis/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import { withGradient } from '../ops/with-gradient.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import { castNatively } from './cast-natively.ts';
import { checkFloat32 } from './check-float32.ts';
import { storageDtype } from './storage-dtype.ts';

/**
 * The tensor with its elements rounded to bfloat16 (to nearest, ties to even) and held as such: half the memory. To
 * tfjs it stays a float32 tensor; operations widen it where they need float32, and its data reads as float32. The
 * gradient goes through unrounded. A compiled function returns it as such.
 *
 * Where the native extension is absent (the WASM backend), elements are rounded and held as float32.
 *
 * @throws TensorError `INVALID_ARGUMENT` for a tensor that is not float32
 */
export function toBfloat16(tensor: tf.Tensor): tf.Tensor {
  checkFloat32(tensor, 'toBfloat16');
  const interception = activeInterception();
  const isHalf = storageDtype(tensor) === 'bfloat16';
  if (isHalf && interception?.isRecording() !== true) return tf.clone(tensor);
  // What the bf16 policy made is widened when a compiled function returns it; what is asked for here isn't.
  return withGradient(
    [tensor],
    (x) => ({ value: round(x, isHalf ? TF_BFLOAT16 : undefined), saved: {} }),
    (dy) => [tf.clone(dy)],
  );
}

function round(x: tf.Tensor, from: number | undefined): tf.Tensor {
  const interception = activeInterception();
  if (interception !== undefined) {
    return castNatively(x, { from: from ?? interception.native.TF_FLOAT, to: TF_BFLOAT16 });
  }
  return tf.tensor(fromBfloat16(roundToBfloat16(x.dataSync<'float32'>())), x.shape, 'float32');
}
