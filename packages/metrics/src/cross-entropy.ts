import { countRows, logSumExp } from './logit-rows.ts';
import type { LogitRows } from './logit-rows.ts';
import { MetricsError } from './metrics-error.ts';

export interface CrossEntropy {
  /** Mean in nats over the rows that count; NaN where all are ignored (as in torch). */
  readonly mean: number;
  /** Nats of each row; 0 where ignored. */
  readonly perRow: Float64Array;
  /** Rows that count. */
  readonly count: number;
}

/**
 * −ln softmax(logits)[target] of each row, in nats, computed in 64 bits (torch's `cross_entropy`).
 *
 * @param logits `[rows classes]`
 * @param targets `[rows]` class numbers
 * @param options `ignoreIndex`: the target that marks rows to leave out, default −100
 * @throws {MetricsError} `shape-mismatch`, `not-finite`; `out-of-range` for a target that is no class
 */
export function crossEntropy(
  logits: LogitRows,
  targets: Int32Array,
  options: { readonly ignoreIndex?: number } = {},
): CrossEntropy {
  const { values, classes } = logits;
  const { ignoreIndex = -100 } = options;
  const rows = countRows(logits);
  checkTargets(targets, { rows, classes, ignoreIndex });
  const perRow = new Float64Array(rows);
  let [sum, count] = [0, 0];
  targets.forEach((target, r) => {
    if (target === ignoreIndex) return;
    const row = values.subarray(r * classes, (r + 1) * classes);
    const nats = logSumExp(row, r) - (row[target] ?? NaN);
    perRow[r] = nats;
    sum += nats;
    count++;
  });
  return { mean: sum / count, perRow, count };
}

/**
 * Gradient of the mean cross-entropy by the logits: (softmax − one-hot) / rows that count; 0 in ignored rows.
 *
 * @returns `[rows classes]`
 * @throws {MetricsError} as `crossEntropy` does
 */
export function crossEntropyGradient(
  logits: LogitRows,
  targets: Int32Array,
  options: { readonly ignoreIndex?: number } = {},
): Float32Array {
  const { values, classes } = logits;
  const { ignoreIndex = -100 } = options;
  const rows = countRows(logits);
  checkTargets(targets, { rows, classes, ignoreIndex });
  const gradient = new Float32Array(values.length);
  const count = targets.reduce((sum, target) => sum + (target === ignoreIndex ? 0 : 1), 0);
  targets.forEach((target, r) => {
    if (target === ignoreIndex) return;
    const row = values.subarray(r * classes, (r + 1) * classes);
    const total = logSumExp(row, r);
    row.forEach((value, c) => {
      gradient[r * classes + c] = (Math.exp(value - total) - (c === target ? 1 : 0)) / count;
    });
  });
  return gradient;
}

/** @throws {MetricsError} `shape-mismatch` or `out-of-range`, naming the row */
export function checkTargets(
  targets: Int32Array,
  expected: { readonly rows: number; readonly classes: number; readonly ignoreIndex?: number },
): void {
  if (targets.length !== expected.rows) {
    throw new MetricsError(
      'shape-mismatch',
      `${targets.length} targets for ${expected.rows} rows: expected one for each.`,
    );
  }
  targets.forEach((target, row) => {
    if (target === expected.ignoreIndex || (target >= 0 && target < expected.classes)) return;
    throw new MetricsError(
      'out-of-range',
      `target of row ${row} is ${target}: expected a class from 0 to ${expected.classes - 1}.`,
    );
  });
}
