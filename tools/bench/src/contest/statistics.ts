import { createRandom } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';

/** Where the middle half of the numbers lies, and how far they spread. */
export interface Spread {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly minimum: number;
  readonly maximum: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    lowerQuartile: quantile(values, 0.25),
    upperQuartile: quantile(values, 0.75),
    minimum: quantile(values, 0),
    maximum: quantile(values, 1),
  };
}

/** Between neighbours linearly, as numpy's default (Hyndman and Fan 1996, type 7). */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new BenchError('invalid-option', 'there is no quantile of no numbers');
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export interface Ratio {
  /** Median of `theirs` / median of `ours`: more than 1 where ours is faster. */
  readonly value: number;
  /** 95 % interval. */
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;

/**
 * The ratio of medians, with a percentile bootstrap over repetitions (Efron 1979). A repetition's two times are drawn
 * together: they were taken one after the other, and share what else the machine was doing.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[], seed = 1): Ratio {
  if (ours.length !== theirs.length) {
    throw new BenchError(
      'invalid-option',
      `${ours.length} times of ours, ${theirs.length} of theirs: not paired`,
    );
  }
  const random = createRandom(seed);
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = ours.map(() => random.integer(0, ours.length - 1));
    const medianOf = (times: readonly number[]) =>
      quantile(
        drawn.map((i) => times[i] ?? NaN),
        0.5,
      );
    return medianOf(theirs) / medianOf(ours);
  });
  return {
    value: quantile(theirs, 0.5) / quantile(ours, 0.5),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}
