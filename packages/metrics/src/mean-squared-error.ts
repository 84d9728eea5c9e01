import { MetricsError } from './metrics-error.ts';
import type { Samples } from './pictures.ts';

/**
 * Mean of squared differences over all values, accumulated in 64 bits.
 *
 * @throws {MetricsError} `shape-mismatch` where the lengths differ; `empty` for no values; `not-finite` where a difference is NaN or infinite.
 */
export function meanSquaredError(predicted: Samples, target: Samples): number {
  if (predicted.length !== target.length) {
    throw new MetricsError(
      'shape-mismatch',
      `predicted has ${predicted.length} values and target ${target.length}: the mean squared error needs as many on both sides.`,
    );
  }
  if (predicted.length === 0) {
    throw new MetricsError('empty', 'there are no values to take a mean squared error of.');
  }
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) {
    const difference = (predicted[i] ?? 0) - (target[i] ?? 0);
    sum += difference * difference;
  }
  if (!Number.isFinite(sum)) {
    throw new MetricsError(
      'not-finite',
      `the sum of squared differences is ${sum}: an input holds NaN or infinity.`,
    );
  }
  return sum / predicted.length;
}
