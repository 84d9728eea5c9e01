import * as tf from '@tensorflow/tfjs-core';
import { float32, fusedOps, int } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

/**
 * `Σ parts + bias` in one pass; in bfloat16 where products gave the parts so.
 *
 * @param parts one or more, each `[… c]`
 * @param bias `[c]`
 */
export function biasedSum(parts: readonly [tf.Tensor, ...tf.Tensor[]], bias: tf.Tensor): tf.Tensor {
  const run = fusedOps();
  if (run === undefined)
    return tf.add(
      parts.reduce((sum, part) => tf.add(sum, part)),
      bias,
    );
  const [{ shape, size }] = parts;
  const rows = parts.map((part) => tf.reshape(part, [size / bias.size, bias.size]));
  const sum = withGradient(
    [...rows, bias],
    (...inputs) => ({
      value: run('BorealisBiasedSum', inputs, { N: int(parts.length), T: float32 }, 1)[0] as tf.Tensor,
      saved: {},
    }),
    (dy) => [...parts.map(() => tf.clone(dy)), run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor],
  );
  return tf.reshape(sum, shape);
}
