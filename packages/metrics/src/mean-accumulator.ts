import { MetricsError } from './metrics-error.ts';

/** What a mean accumulator holds; plain, so it can be stored or sent and merged elsewhere. */
export interface MeanState {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
}

export interface MeanAccumulator {
  add(value: number): void;
  merge(other: MeanState): void;
  state(): MeanState;
  readonly count: number;
  /** NaN before the first value. */
  readonly mean: number;
  /** Sample standard deviation (n − 1); NaN below two values. */
  readonly deviation: number;
}

/**
 * Mean and deviation of a stream in constant memory (Welford 1962; merging: Chan, Golub, LeVeque 1979).
 * Any way of cutting the stream gives the same result up to rounding.
 *
 * @throws {MetricsError} `not-finite` when a NaN or infinity is added
 */
export function createMeanAccumulator(start: MeanState = { count: 0, mean: 0, squares: 0 }): MeanAccumulator {
  let { count, mean, squares } = start;
  return {
    add(value) {
      if (!Number.isFinite(value)) {
        throw new MetricsError(
          'not-finite',
          `value ${count + 1} of the mean is ${value}: expected a finite number.`,
        );
      }
      count++;
      const delta = value - mean;
      mean += delta / count;
      squares += delta * (value - mean);
    },
    merge(other) {
      if (other.count === 0) return;
      const total = count + other.count;
      const delta = other.mean - mean;
      squares += other.squares + (delta * delta * count * other.count) / total;
      mean += (delta * other.count) / total;
      count = total;
    },
    state: () => ({ count, mean, squares }),
    get count() {
      return count;
    },
    get mean() {
      return count === 0 ? NaN : mean;
    },
    get deviation() {
      return count < 2 ? NaN : Math.sqrt(squares / (count - 1));
    },
  };
}
