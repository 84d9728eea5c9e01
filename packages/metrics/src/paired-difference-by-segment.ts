import { bootstrapBySegment } from './bootstrap-by-segment.ts';
import type { BootstrapOptions, Interval, SegmentValue } from './bootstrap-by-segment.ts';
import { MetricsError } from './metrics-error.ts';

export interface PairedDifference extends Interval {
  /** Whether the interval lies wholly on one side of 0: "differs by more than the interval". */
  readonly excludesZero: boolean;
}

/**
 * Mean of first − second over the same windows, with a bootstrap interval over segments. Pairing takes out what both
 * sides find hard, so the interval is that of the difference and far narrower than the two means' own.
 *
 * @param options `first`, `second`: values of the same windows in the same order
 * @throws {MetricsError} `unpaired` where counts or a window's segments differ; else as `bootstrapBySegment` does
 */
export function pairedDifferenceBySegment(
  options: Omit<BootstrapOptions, 'transform'> & {
    readonly first: readonly SegmentValue[];
    readonly second: readonly SegmentValue[];
  },
): PairedDifference {
  const { first, second, ...rest } = options;
  if (first.length !== second.length) {
    throw new MetricsError(
      'unpaired',
      `${first.length} values against ${second.length}: score both on the same windows.`,
    );
  }
  const values = first.map(({ segment, value }, i) => {
    const other = second[i];
    if (other?.segment !== segment) {
      throw new MetricsError(
        'unpaired',
        `value ${i} is of segment ${segment} on one side and ${other?.segment} on the other: give both in the same order.`,
      );
    }
    return { segment, value: value - other.value };
  });
  const interval = bootstrapBySegment({ ...rest, values });
  return { ...interval, excludesZero: interval.low > 0 || interval.high < 0 };
}
