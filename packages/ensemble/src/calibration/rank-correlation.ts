import type { SpreadErrorCounts } from './spread-error-counts.ts';
import { SCALE_STEPS } from './spread-error-counts.ts';

/**
 * Spearman's rank correlation of predicted deviation and error over pixels; those on one step of the scale share their
 * mean rank. NaN where one of the two never changes.
 */
export function rankCorrelation({ pixels }: SpreadErrorCounts): number {
  const byDeviation = new Float64Array(SCALE_STEPS);
  const byError = new Float64Array(SCALE_STEPS);
  pixels.forEach((count, i) => {
    const [row, column] = [Math.floor(i / SCALE_STEPS), i % SCALE_STEPS];
    byDeviation[row] = (byDeviation[row] ?? 0) + count;
    byError[column] = (byError[column] ?? 0) + count;
  });
  const [deviations, errors] = [centredRanks(byDeviation), centredRanks(byError)];
  let covariance = 0;
  pixels.forEach((count, i) => {
    if (count === 0) return;
    covariance += count * (deviations[Math.floor(i / SCALE_STEPS)] ?? 0) * (errors[i % SCALE_STEPS] ?? 0);
  });
  return covariance / Math.sqrt(squares(deviations, byDeviation) * squares(errors, byError));
}

/** Mean rank of the values on each step, less the mean of all ranks. */
function centredRanks(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  return counts.map((count) => {
    const rank = below + count / 2;
    below += count;
    return rank - total / 2;
  });
}

function squares(ranks: Float64Array, counts: Float64Array): number {
  return ranks.reduce((sum, rank, step) => sum + (counts[step] ?? 0) * rank ** 2, 0);
}
