import { MetricsError } from './metrics-error.ts';

/** Rows of class scores: `values: [rows classes]`. */
export interface LogitRows {
  readonly values: Float32Array | Float64Array;
  readonly classes: number;
}

/** @throws {MetricsError} `shape-mismatch` where the values don't fill whole rows */
export function countRows({ values, classes }: LogitRows): number {
  const rows = values.length / classes;
  if (!Number.isInteger(rows) || !(classes >= 1)) {
    throw new MetricsError(
      'shape-mismatch',
      `${values.length} values don't fill whole rows of ${classes} classes.`,
    );
  }
  return rows;
}

/**
 * ln Σ exp of one row, less its maximum first.
 *
 * @throws {MetricsError} `not-finite` where the row holds NaN or +∞, or nothing but −∞
 */
export function logSumExp(values: Float32Array | Float64Array, row: number): number {
  let peak = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (!(value <= peak)) peak = value;
  }
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp((values[i] ?? 0) - peak);
  if (!Number.isFinite(peak) || Number.isNaN(sum)) {
    throw new MetricsError(
      'not-finite',
      `row ${row} holds NaN or +infinity, or only −infinity: it has no softmax.`,
    );
  }
  return peak + Math.log(sum);
}
