import { countRows, logSumExp } from './logit-rows.ts';
import type { LogitRows } from './logit-rows.ts';

/**
 * Natural logarithm of the softmax of each row, computed in 64 bits.
 *
 * @param logits `[rows classes]`; −∞ stands for an impossible class
 * @param into where to write; may be the logits' own array. Default: a new array.
 * @returns `[rows classes]`
 * @throws {MetricsError} `shape-mismatch`, `not-finite`
 */
export function logSoftmax(logits: LogitRows, into = new Float32Array(logits.values.length)): Float32Array {
  const { values, classes } = logits;
  const rows = countRows(logits);
  for (let r = 0; r < rows; r++) {
    const total = logSumExp(values.subarray(r * classes, (r + 1) * classes), r);
    for (let i = r * classes; i < (r + 1) * classes; i++) into[i] = (values[i] ?? 0) - total;
  }
  return into;
}
