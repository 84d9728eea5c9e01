import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { bool, fusedOps, int } from '../native/fused-ops.ts';

export interface TopKOptions {
  /** Also `log Σ e^x` of each row, which turns logits into log-probabilities. Default false. */
  readonly logSums?: boolean;
}

export interface TopK {
  /** `[n k]` */
  readonly values: tf.Tensor;
  /** `[n k]` int32 */
  readonly indices: tf.Tensor;
  /** `[n]`; of no rows where they weren't asked for. */
  readonly logSums: tf.Tensor;
}

/**
 * The k largest numbers of each row, largest first, equal ones by index: as `tf.topk`, in a pass over the row and the
 * sorting of little more than k of its numbers. In compiled functions of precision bf16, products are read as they are. No
 * gradient.
 *
 * @param x `[n c]`, float32; NaN counts as larger than anything, where TensorFlow runs on a CPU
 * @throws TensorError `INVALID_ARGUMENT` unless 1 ≤ k ≤ c
 */
export function topK(x: tf.Tensor, k: number, { logSums = false }: TopKOptions = {}): TopK {
  const columns = x.shape[1] ?? 0;
  if (x.rank !== 2 || !Number.isSafeInteger(k) || k < 1 || k > columns) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `the ${k} largest of each row of [${x.shape.join()}]: expected rows of at least so many numbers`,
    );
  }
  const run = fusedOps();
  if (run === undefined) {
    return { ...composed(x, k), logSums: logSums ? tf.logSumExp(x, -1) : tf.zeros([0]) };
  }
  const attributes = { k: int(k), want_log_sums: bool(logSums) };
  const [values, indices, sums] = run('BorealisTopK', [x], attributes, 3) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  return { values, indices, logSums: sums };
}

function composed(x: tf.Tensor, k: number): Pick<TopK, 'values' | 'indices'> {
  if (k > 1) return tf.topk(x, k, true);
  // Without sorting.
  const indices = tf.cast(tf.argMax(x, -1), 'int32');
  return { values: tf.max(x, -1, true), indices: tf.expandDims(indices, 1) };
}
