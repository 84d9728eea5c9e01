import type { tf } from '@borealis/tensor';
import { linear } from '@borealis/tensor';

/** Weight `[out in]`. */
export type Affine = { readonly weight: tf.Tensor; readonly bias?: tf.Tensor };

export function affine(x: tf.Tensor, p: Affine): tf.Tensor {
  return linear(x, p.weight, p.bias);
}
