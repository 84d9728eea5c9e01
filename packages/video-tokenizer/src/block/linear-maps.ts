import { compile, tf } from '@borealis/tensor';

/** Rows times a matrix, less a mean first: `[n d], [d], [d k] → [n k]`. */
export const project = compile(
  (rows: tf.Tensor2D, mean: tf.Tensor1D, basis: tf.Tensor2D): tf.Tensor2D =>
    tf.matMul(tf.sub(rows, mean), basis),
  { name: 'block_fsq_project' },
);

/** Features times a decoder: `[n f], [f d] → [n d]`. */
export const render = compile(
  (features: tf.Tensor2D, decoder: tf.Tensor2D): tf.Tensor2D => tf.matMul(features, decoder),
  { name: 'block_fsq_render' },
);

/** Products of all columns with all columns, summed over rows: `[n a], [n b] → [a b]`. */
export const columnProducts = compile(
  (a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D => tf.matMul(a, b, true),
  { name: 'block_fsq_products' },
);

/** Reads a tensor and frees it. */
export async function take(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<'float32'>();
  } finally {
    tf.dispose(tensor);
  }
}

/** A matrix of as many rows as `values` has for this width. The caller disposes it. */
export function matrix(values: Float32Array, width: number): tf.Tensor2D {
  return tf.tensor2d(values, [values.length / width, width], 'float32');
}
