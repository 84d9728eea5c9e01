import type { SpreadErrorCounts } from './spread-error-counts.ts';
import { SCALE_STEPS } from './spread-error-counts.ts';

/** Pixels of like predicted deviation. */
export interface ReliabilityBin {
  readonly pixels: number;
  /** Root mean square of the predicted deviations … */
  readonly deviation: number;
  /** … and of the errors that were made: equal where the prediction is calibrated. */
  readonly error: number;
}

/** At most so many bins in rising order of deviation, of equal numbers of pixels as far as the scale's steps allow. */
export function reliabilityBins(counts: SpreadErrorCounts, most: number): ReliabilityBin[] {
  const { pixels, squaredDeviations, squaredErrors } = counts;
  const total = pixels.reduce((sum, count) => sum + count, 0);
  const bins: ReliabilityBin[] = [];
  let [taken, held, deviations, errors] = [0, 0, 0, 0];
  for (let step = 0; step < SCALE_STEPS; step++) {
    const row = pixels.subarray(step * SCALE_STEPS, (step + 1) * SCALE_STEPS);
    held += row.reduce((sum, count) => sum + count, 0);
    deviations += squaredDeviations[step] ?? 0;
    errors += squaredErrors[step] ?? 0;
    if (held === 0 || taken + held < ((bins.length + 1) * total) / most) continue;
    bins.push({ pixels: held, deviation: Math.sqrt(deviations / held), error: Math.sqrt(errors / held) });
    taken += held;
    [held, deviations, errors] = [0, 0, 0];
  }
  return bins;
}
