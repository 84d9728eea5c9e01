import { formatNumber } from './format-number.ts';

/** A mean and the ends of its interval; unbounded ends stand for "not known". `Interval` of `@borealis/metrics`. */
export interface IntervalValue {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** "24.88 [24.10, 25.53] dB"; without brackets where the interval is unbounded or NaN. */
export function formatInterval(
  interval: IntervalValue,
  options: { readonly digits?: number; readonly unit?: string } = {},
): string {
  const unit = options.unit === undefined ? '' : ` ${options.unit}`;
  const bounds = formatBounds(interval, options);
  return `${formatNumber(interval.mean, options)}${bounds === undefined ? '' : ` ${bounds}`}${unit}`;
}

/** "[24.10, 25.53]", or nothing where the ends say nothing. */
export function formatBounds({ low, high }: IntervalValue, options: { readonly digits?: number }): string | undefined {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return `[${formatNumber(low, options)}, ${formatNumber(high, options)}]`;
}
