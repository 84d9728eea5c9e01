import { sumOfSquares, tf } from '@borealis/tensor';
import type { NamedTensors } from '../parameters/parameters.ts';
import { mapNamed } from '../parameters/parameters.ts';

/** The Euclidean norm over all tensors together, a scalar. */
export function globalNorm(tensors: NamedTensors): tf.Tensor {
  return tf.sqrt(tf.addN(Object.values(tensors).map(sumOfSquares)));
}

/** What clipping multiplies gradients with: `min(1, maxNorm / (norm + 1e-6))`, as torch.nn.utils.clip_grad_norm_. */
export function clippingFactor(
  gradients: NamedTensors,
  maxNorm: number,
): { readonly factor: tf.Tensor; readonly norm: tf.Tensor } {
  const norm = globalNorm(gradients);
  return { factor: tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6))), norm };
}

/** Gradients times their clipping factor. */
export function clipGradients(
  gradients: NamedTensors,
  maxNorm: number,
): { readonly gradients: NamedTensors; readonly norm: tf.Tensor } {
  const { factor, norm } = clippingFactor(gradients, maxNorm);
  return { gradients: mapNamed(gradients, (gradient) => tf.mul(gradient, factor)), norm };
}
