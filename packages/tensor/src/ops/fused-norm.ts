import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { bool, float, float32, int } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

export interface NormKind {
  readonly eps: number;
  /** Layer norm subtracts the mean, RMS norm doesn't. */
  readonly centered: boolean;
}

/**
 * Normalises rows in one pass, its gradient in two; keeps the rows and two numbers of each.
 *
 * @param x `[n c]`
 * @param weights `gain` and `bias` `[g c]` or `[c]`, g a divisor of n: groups of n / g rows share one; or none
 */
export function fusedNorm(
  run: RunFused,
  x: tf.Tensor,
  weights: { readonly gain?: tf.Tensor; readonly bias?: tf.Tensor },
  { eps, centered }: NormKind,
): tf.Tensor {
  const none = tf.zeros([0]);
  const given = [weights.gain, weights.bias].filter((weight) => weight !== undefined);
  const groups = (given[0]?.size ?? 0) / (x.shape[1] ?? 1) || 1;
  return withGradient(
    [x, ...given],
    (x, ...given) => {
      const gain = weights.gain === undefined ? none : (given[0] as tf.Tensor);
      const bias = weights.bias === undefined ? none : (given.at(-1) as tf.Tensor);
      const attributes = { eps: float(eps), centered: bool(centered), Y: float32 };
      const [value, mean, inverse] = run('BorealisNorm', [x, gain, bias], attributes, 3) as Three;
      return { value, saved: { x, gain, mean, inverse } };
    },
    (dy, { x, gain, mean, inverse }) => {
      const attributes = { centered: bool(centered), groups: int(groups) };
      const [dx, dgain, dbias] = run(
        'BorealisNormGradient',
        [dy, x, gain, mean, inverse],
        attributes,
        3,
      ) as Three;
      const gradients: tf.Tensor[] = [dx];
      if (weights.gain !== undefined) gradients.push(tf.reshape(dgain, weights.gain.shape));
      if (weights.bias !== undefined) gradients.push(tf.reshape(dbias, weights.bias.shape));
      return gradients;
    },
  );
}

type Three = [tf.Tensor, tf.Tensor, tf.Tensor];
