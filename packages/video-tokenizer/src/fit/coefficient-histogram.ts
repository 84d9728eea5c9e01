/** Bins on either side of 0. */
const HALF = 2048;
/** Standard deviations on either side of 0; what lies farther out counts in the outermost bins. */
const REACH = 8;

/** Number, sum and sum of squares of what lies in a range. */
export interface RangeSums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

/** One coefficient's distribution, gathered in bounded memory. */
export interface CoefficientHistogram {
  add(value: number): void;
  /** Sums below x for any x, to within a bin's width (1/256 of a standard deviation). */
  cumulative(): (x: number) => RangeSums;
}

/** @param variance of the coefficient, whose mean is 0 */
export function createHistogram(variance: number): CoefficientHistogram {
  const width = (Math.sqrt(variance) * REACH) / HALF || 1;
  const bins = 2 * HALF;
  const [counts, sums, squares] = [0, 1, 2].map(() => new Float64Array(bins)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const before = (x: number): number => Math.min(bins, Math.max(0, Math.round(x / width) + HALF));
  return {
    add(value) {
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(value / width) + HALF));
      counts[bin] = (counts[bin] ?? 0) + 1;
      sums[bin] = (sums[bin] ?? 0) + value;
      squares[bin] = (squares[bin] ?? 0) + value * value;
    },
    cumulative() {
      const [n, s, ss] = [runningSums(counts), runningSums(sums), runningSums(squares)];
      return (x) => {
        const i = before(x);
        return { count: n[i] ?? 0, sum: s[i] ?? 0, squares: ss[i] ?? 0 };
      };
    },
  };
}

function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) sums[i + 1] = (sums[i] ?? 0) + value;
  return sums;
}
