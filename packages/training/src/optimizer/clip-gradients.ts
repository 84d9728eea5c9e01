import { tf } from '@borealis/tensor';
import type { NamedTensors } from '../parameters/parameters.ts';
import { mapNamed } from '../parameters/parameters.ts';

/** The Euclidean norm over all tensors together, a scalar. */
export function globalNorm(tensors: NamedTensors): tf.Tensor {
  const squares = Object.values(tensors).map((tensor) => tf.sum(tf.square(tensor)));
  return tf.sqrt(tf.addN(squares));
}

/** Scales gradients by `min(1, maxNorm / (norm + 1e-6))`, as torch.nn.utils.clip_grad_norm_ does. */
export function clipGradients(
  gradients: NamedTensors,
  maxNorm: number,
): { readonly gradients: NamedTensors; readonly norm: tf.Tensor } {
  const norm = globalNorm(gradients);
  const factor = tf.minimum(1, tf.div(maxNorm, tf.add(norm, 1e-6)));
  return { gradients: mapNamed(gradients, (gradient) => tf.mul(gradient, factor)), norm };
}
