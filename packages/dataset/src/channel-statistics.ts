/** What a column of numbers is like; NaN and infinities are counted and left out of the rest. */
export interface ChannelStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly nonFinite: number;
}

/** Statistics of the columns of rows that arrive in pieces. */
export interface ChannelAccumulator {
  /** Adds rows, `[n, columns]`. */
  add(rows: Float32Array): void;
  result(): ChannelStatistics[];
}

/** Welford's method in float64: exact enough where the mean is large and the deviation small. */
export function createChannelAccumulator(columns: number): ChannelAccumulator {
  const channels = Array.from({ length: columns }, () => ({
    count: 0,
    min: Infinity,
    max: -Infinity,
    mean: 0,
    squares: 0,
    nonFinite: 0,
  }));
  return {
    add(rows) {
      for (const [i, value] of rows.entries()) {
        const channel = channels[i % columns];
        if (channel === undefined) continue;
        if (!Number.isFinite(value)) {
          channel.nonFinite++;
          continue;
        }
        channel.count++;
        const before = value - channel.mean;
        channel.mean += before / channel.count;
        channel.squares += before * (value - channel.mean);
        channel.min = Math.min(channel.min, value);
        channel.max = Math.max(channel.max, value);
      }
    },
    result: () =>
      channels.map(({ count, min, max, mean, squares, nonFinite }) =>
        count === 0
          ? { min: NaN, max: NaN, mean: NaN, std: NaN, nonFinite }
          : { min, max, mean, std: Math.sqrt(squares / count), nonFinite },
      ),
  };
}
