import { MetricsError } from './metrics-error.ts';
import { resampleDraws } from './resample-draws.ts';

/** One window's figure and the recording that the window was cut from. */
export interface SegmentValue {
  /** What tells recordings apart over all shards, e.g. `${shard}/${segment}`. */
  readonly segment: string | number;
  readonly value: number;
}

export interface BootstrapOptions {
  /** Default 10,000. */
  readonly resamples?: number;
  /** The same seed gives the same interval. */
  readonly seed: number;
  /** Coverage of the interval. Default 0.95. */
  readonly level?: number;
  /** Applied to every mean, e.g. `Math.exp` for perplexity, `psnrFromMse` for pooled PSNR. Default: the mean itself. */
  readonly transform?: (mean: number) => number;
}

/** A mean with its percentile interval; the interval reaches to ±∞ where there is a single segment. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly segments: number;
  readonly count: number;
}

/**
 * Mean over windows with a percentile bootstrap interval (Efron 1979), resampling whole segments with replacement:
 * windows of one segment are not independent. A segment weighs as many windows as it has.
 *
 * @throws {MetricsError} `empty`; `not-finite` with the segment of the value (give PSNR a ceiling)
 */
export function bootstrapBySegment(
  options: BootstrapOptions & { readonly values: Iterable<SegmentValue> },
): Interval {
  const { values, resamples = 10_000, seed, level = 0.95, transform = (value: number) => value } = options;
  if (!Number.isInteger(resamples) || resamples < 1 || !(level > 0 && level < 1)) {
    throw new MetricsError(
      'out-of-range',
      `resamples ${resamples}, level ${level}: expected a whole number of at least 1 and a share between 0 and 1.`,
    );
  }
  const totals = new Map<string | number, { sum: number; count: number }>();
  for (const { segment, value } of values) {
    if (!Number.isFinite(value)) {
      throw new MetricsError(
        'not-finite',
        `a value of segment ${segment} is ${value}: means need finite numbers (PSNR of identical frames: set a ceiling).`,
      );
    }
    const total = totals.get(segment) ?? { sum: 0, count: 0 };
    totals.set(segment, { sum: total.sum + value, count: total.count + 1 });
  }
  const segments = totals.size;
  if (segments === 0) throw new MetricsError('empty', 'there are no values to take a mean of.');
  const sums = Float64Array.from([...totals.values()], (total) => total.sum);
  const counts = Float64Array.from([...totals.values()], (total) => total.count);
  const count = counts.reduce((sum, value) => sum + value, 0);
  const mean = transform(sums.reduce((sum, value) => sum + value, 0) / count);
  if (segments === 1) return { mean, low: -Infinity, high: Infinity, segments, count };

  const draws = resampleDraws(seed, segments, resamples);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let [sum, drawn] = [0, 0];
    for (let i = r * segments; i < (r + 1) * segments; i++) {
      const segment = draws[i] ?? 0;
      sum += sums[segment] ?? 0;
      drawn += counts[segment] ?? 0;
    }
    means[r] = transform(sum / drawn);
  }
  means.sort();
  return {
    mean,
    low: quantile(means, (1 - level) / 2),
    high: quantile(means, (1 + level) / 2),
    segments,
    count,
  };
}

/** Linear between order statistics, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below] ?? NaN, sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN];
  return low + (position - below) * (high - low);
}
