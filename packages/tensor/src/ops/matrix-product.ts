import type * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { bool, float32 } from '../native/fused-ops.ts';

/** TensorFlow’s product of two matrices, either turned, without the batch axis that tfjs’s has. */
export function matrixProduct(
  run: RunFused,
  a: tf.Tensor,
  b: tf.Tensor,
  { turnA = false, turnB = false }: { readonly turnA?: boolean; readonly turnB?: boolean } = {},
): tf.Tensor {
  const attributes = { transpose_a: bool(turnA), transpose_b: bool(turnB), T: float32 };
  return run('MatMul', [a, b], attributes, 1)[0] as tf.Tensor;
}
