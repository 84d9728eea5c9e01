import * as tf from '@tensorflow/tfjs-core';
import type { RunFused } from '../native/fused-ops.ts';
import { float, fusedOps } from '../native/fused-ops.ts';
import { holdBack } from '../recompute/hold-back.ts';
import { crossEntropy } from './cross-entropy.ts';
import { linear } from './linear.ts';
import { matrixProduct } from './matrix-product.ts';
import { withGradientOfFirst } from './with-gradient.ts';

export interface LinearCrossEntropyOptions {
  /** Rows whose logits are made at a time. Default: as many as make 128 MB of logits. */
  readonly rowsAtATime?: number;
}

const LOGIT_BYTES_AT_A_TIME = 128 << 20;

/**
 * The mean over rows of `crossEntropy(linear(x, weight), targets)`, without ever holding all logits: some rows at a
 * time, whose share of the gradient is made before the next ones' logits. A batch of 5,120 tokens and 64,000 classes
 * needs 128 MB instead of 1.3 GB, and no more arithmetic.
 *
 * @param x `[n c]`
 * @param weight `[v c]`
 * @param targets `[n]` int32, in [0, v)
 * @returns nats: the mean, and without a gradient each row's `[n]`
 */
export function linearCrossEntropy(
  x: tf.Tensor,
  weight: tf.Tensor,
  targets: tf.Tensor,
  options: LinearCrossEntropyOptions = {},
): { readonly mean: tf.Tensor; readonly each: tf.Tensor } {
  const [count] = x.shape as [number, number];
  const [classes] = weight.shape as [number, number];
  const run = fusedOps();
  if (run === undefined) {
    const each = crossEntropy(linear(x, weight), targets);
    return { mean: tf.mean(each), each };
  }
  const rows = options.rowsAtATime ?? Math.max(1, Math.floor(LOGIT_BYTES_AT_A_TIME / (4 * classes)));
  const [mean, each] = withGradientOfFirst(
    [x, weight],
    (x, weight) => {
      const { losses, dx, dWeight } = inParts(run, { x, weight, targets }, rows);
      return { value: tf.mean(losses), beside: losses, saved: { dx, dWeight } };
    },
    (dy, { dx, dWeight }) => {
      const share = tf.div(dy, count);
      return [tf.mul(dx, share), tf.mul(dWeight, share)];
    },
  );
  return { mean, each };
}

interface Parts {
  /** `[n]` */
  readonly losses: tf.Tensor;
  /** Gradients of their sum. */
  readonly dx: tf.Tensor;
  readonly dWeight: tf.Tensor;
}

function inParts(
  run: RunFused,
  { x, weight, targets }: { readonly x: tf.Tensor; readonly weight: tf.Tensor; readonly targets: tf.Tensor },
  rows: number,
): Parts {
  const [count, channels] = x.shape as [number, number];
  const losses: tf.Tensor[] = [];
  const dx: tf.Tensor[] = [];
  let dWeight: tf.Tensor | undefined;
  for (let start = 0; start < count; start += rows) {
    const size = Math.min(rows, count - start);
    const slice = tf.slice(x, [start, 0], [size, channels]);
    // Only when the last part is done: TensorFlow would otherwise make all logits at once.
    const [part] = (dWeight === undefined ? [slice] : holdBack([slice], [dWeight])) as [tf.Tensor];
    const logits = matrixProduct(run, part, weight, { turnB: true });
    const chosen = tf.slice(targets, start, size);
    const [loss, slopes] = run('BorealisCrossEntropy', [logits, chosen], { smoothing: float(0) }, 2) as [
      tf.Tensor,
      tf.Tensor,
    ];
    losses.push(loss);
    dx.push(matrixProduct(run, slopes, weight));
    const own = matrixProduct(run, slopes, part, { turnA: true });
    dWeight = dWeight === undefined ? own : tf.add(dWeight, own);
  }
  return { losses: tf.concat(losses), dx: tf.concat(dx, 0), dWeight: dWeight ?? tf.zerosLike(weight) };
}
