import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { bool, fusedOps } from '../native/fused-ops.ts';
import { linear } from './linear.ts';
import { matrixProduct } from './matrix-product.ts';
import { withGradient } from './with-gradient.ts';

export interface LowRankWeights {
  /** `[out in]` */
  readonly weight: tf.Tensor;
  /** `[out]` */
  readonly bias?: tf.Tensor | undefined;
  /** `[r in]` */
  readonly down: tf.Tensor;
  /** `[out r]` */
  readonly up: tf.Tensor;
  /** Scalar. */
  readonly scale: tf.Tensor;
}

/**
 * `x · weightᵀ + bias + scale · x · downᵀ · upᵀ`: a linear layer with an adapter (Hu et al. 2021). What the adapter adds,
 * to the result and to the gradient of x, is added in one pass with its product.
 *
 * @param x `[… in]`
 * @param seen what the adapter sees in place of x, by default x itself: anything else takes products and sums of their own
 * @returns `[… out]`
 */
export function lowRankLinear(
  x: tf.Tensor,
  { weight, bias, down, up, scale }: LowRankWeights,
  seen: tf.Tensor = x,
): tf.Tensor {
  const run = fusedOps();
  if (run === undefined || seen !== x) {
    const narrow = tf.mul(linear(seen, down), scale); // [… r]: fewer products than scaling the result
    return tf.add(linear(x, weight, bias), linear(narrow, up));
  }
  const [outSize, inSize] = weight.shape as [number, number];
  const sum = withGradient(
    [tf.reshape(x, [x.size / inSize, inSize]), weight, down, up, scale, bias ?? tf.zeros([0])],
    (x, weight, down, up, scale, bias) => {
      const narrow = matrixProduct(run, x, down, { turnB: true });
      const base = matrixProduct(run, x, weight, { turnB: true });
      const value = lowRankAdd(run, base, { bias, narrow, factor: up, scale, turned: true });
      return { value, saved: { x, weight, down, up, scale, bias, narrow } };
    },
    (dy, { x, weight, down, up, scale, bias, narrow }) => {
      const dNarrow = matrixProduct(run, dy, up); // before scaling
      const base = matrixProduct(run, dy, weight);
      return [
        lowRankAdd(run, base, { narrow: dNarrow, factor: down, scale, turned: false }),
        matrixProduct(run, dy, x, { turnA: true }),
        tf.mul(matrixProduct(run, dNarrow, x, { turnA: true }), scale),
        tf.mul(matrixProduct(run, dy, narrow, { turnA: true }), scale),
        tf.sum(tf.mul(dNarrow, narrow)),
        bias.size === 0 ? tf.clone(bias) : (run('BorealisColumnSums', [dy], {}, 1)[0] as tf.Tensor),
      ];
    },
  );
  return tf.reshape(sum, [...x.shape.slice(0, -1), outSize]);
}

interface LowRankTerm {
  readonly bias?: tf.Tensor;
  readonly narrow: tf.Tensor;
  readonly factor: tf.Tensor;
  readonly scale: tf.Tensor;
  readonly turned: boolean;
}

function lowRankAdd(
  run: RunFused,
  x: tf.Tensor,
  { bias, narrow, factor, scale, turned }: LowRankTerm,
): tf.Tensor {
  const inputs = [x, bias ?? tf.zeros([0]), narrow, factor, scale];
  return run('BorealisLowRankAdd', inputs, { turned: bool(turned) }, 1)[0] as tf.Tensor;
}
