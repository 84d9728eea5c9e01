import type { tf } from '@borealis/tensor';
import { layerNorm } from '@borealis/tensor';

export type Norm = { readonly weight: tf.Tensor; readonly bias: tf.Tensor };

const EPS = 1e-5;

/** LayerNorm; the identity where it is absent. */
export function norm(x: tf.Tensor, p: Norm | undefined): tf.Tensor {
  return p === undefined ? x : layerNorm(x, { gain: p.weight, bias: p.bias }, EPS);
}
