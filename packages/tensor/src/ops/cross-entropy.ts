import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { float, fusedOps } from '../native/fused-ops.ts';
import { withGradient } from './with-gradient.ts';

export interface CrossEntropyOptions {
  /** Share of the target's probability that is spread evenly over all classes (Szegedy et al. 2016). Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy of each row, in nats: `−log softmax(logits)[target]`, the row's maximum subtracted first. Value and
 * gradient are made together, the gradient where the logits lay, so that 64,000 classes cost no copy of them. Sums are
 * in float32, also of logits in bfloat16.
 *
 * @param logits `[n c]`
 * @param targets `[n]` int32, in [0, c)
 * @returns `[n]`
 */
export function crossEntropy(
  logits: tf.Tensor,
  targets: tf.Tensor,
  options: CrossEntropyOptions = {},
): tf.Tensor {
  const smoothing = options.labelSmoothing ?? 0;
  const run = fusedOps();
  return run === undefined ? composed(logits, targets, smoothing) : fused(run, logits, targets, smoothing);
}

function fused(run: RunFused, logits: tf.Tensor, targets: tf.Tensor, smoothing: number): tf.Tensor {
  return withGradient(
    [logits],
    (logits) => {
      const attributes = { smoothing: float(smoothing) };
      const [value, slopes] = run('BorealisCrossEntropy', [logits, targets], attributes, 2) as [
        tf.Tensor,
        tf.Tensor,
      ];
      return { value, saved: { slopes } };
    },
    (dy, { slopes }) => run('BorealisScaleRows', [slopes, dy], {}, 1),
  );
}

function composed(logits: tf.Tensor, targets: tf.Tensor, smoothing: number): tf.Tensor {
  const hard = withGradient(
    [logits],
    (logits) => {
      const chosen = tf.oneHot(targets, logits.shape.at(-1) as number);
      const loss = tf.sub(tf.logSumExp(logits, -1), tf.sum(tf.mul(logits, chosen), -1));
      return { value: loss, saved: { gradient: tf.sub(tf.softmax(logits), chosen) } };
    },
    (dy, { gradient }) => [tf.mul(tf.expandDims(dy, -1), gradient)],
  );
  if (smoothing === 0) return hard;
  const even = tf.sub(tf.logSumExp(logits, -1), tf.mean(logits, -1));
  return tf.add(tf.mul(hard, 1 - smoothing), tf.mul(even, smoothing));
}
