import { deviationMap } from '../deviation-map.ts';
import { EnsembleError } from '../ensemble-error.ts';
import { errorMap } from '../error-map.ts';
import type { FrameMoments } from '../frame-moments.ts';
import type { Frames } from '../frames.ts';
import { rankCorrelation } from './rank-correlation.ts';
import type { ReliabilityBin } from './reliability-bins.ts';
import { reliabilityBins } from './reliability-bins.ts';
import type { SpreadErrorCounts } from './spread-error-counts.ts';
import { noCounts, SCALE_STEPS, stepOf } from './spread-error-counts.ts';

export interface CalibrationResult {
  readonly pixels: number;
  readonly bins: readonly ReliabilityBin[];
  /** Mean over pixels of their bin's |error − deviation|, in steps of brightness. */
  readonly expectedCalibrationError: number;
  /** Root mean squared error over root mean square of the deviations: above 1 where samples agree more than they should. */
  readonly errorOverDeviation: number;
  /** Spearman's, of deviation and error over pixels: whether errors are where the ensemble is unsure. NaN without change. */
  readonly rankCorrelation: number;
}

/** Predicted deviations held against errors, over any number of windows in constant memory. */
export interface Calibration {
  /**
   * An ensemble and what really came. The error of a mean of N samples that are drawn as the truth is has deviation
   * √(1 + 1/N) times that of the samples (Fortin et al. 2014): so much is predicted.
   *
   * @throws {EnsembleError} `empty` for fewer than two samples; `shape-mismatch`; `not-finite`
   */
  add(moments: FrameMoments, truth: Frames): void;
  merge(other: SpreadErrorCounts): void;
  /** A copy, for `merge`. */
  state(): SpreadErrorCounts;
  /**
   * @param options `bins`: at most so many (10)
   * @throws {EnsembleError} `empty` before the first ensemble; `out-of-range` for bins
   */
  result(options?: { readonly bins?: number }): CalibrationResult;
}

/** Reliability of uncertainty maps: bins of predicted deviation against the error that was made. */
export function createCalibration(): Calibration {
  const counts = noCounts();
  return {
    add(moments, truth) {
      const mean = { ...moments, data: Float32Array.from(moments.mean) };
      const errors = errorMap(mean, truth).data;
      const widening = Math.sqrt(1 + 1 / moments.samples);
      const deviations = deviationMap(moments).data.map((deviation) => deviation * widening);
      checkNumbers(errors);
      checkNumbers(deviations);
      deviations.forEach((deviation, pixel) => {
        const error = errors[pixel] ?? 0;
        const step = stepOf(deviation);
        increase(counts.pixels, step * SCALE_STEPS + stepOf(error), 1);
        increase(counts.squaredDeviations, step, deviation ** 2);
        increase(counts.squaredErrors, step, error ** 2);
      });
    },
    merge(other) {
      const names = ['pixels', 'squaredDeviations', 'squaredErrors'] as const;
      for (const name of names) {
        const [mine, theirs] = [counts[name].length, other[name].length];
        if (mine !== theirs)
          throw new EnsembleError(
            'shape-mismatch',
            `${name} of a calibration holds ${theirs} values, expected ${mine}.`,
          );
      }
      for (const name of names)
        other[name].forEach((value, i) => {
          increase(counts[name], i, value);
        });
    },
    state: () => structuredClone(counts),
    result({ bins: most = 10 } = {}) {
      if (!Number.isInteger(most) || most < 1)
        throw new EnsembleError('out-of-range', `${most} bins: expected 1 or more.`);
      const bins = reliabilityBins(counts, most);
      const pixels = sum(counts.pixels);
      if (pixels === 0) throw new EnsembleError('empty', 'no ensemble was added: nothing to calibrate.');
      const off = bins.reduce((total, bin) => total + bin.pixels * Math.abs(bin.error - bin.deviation), 0);
      return {
        pixels,
        bins,
        expectedCalibrationError: off / pixels,
        errorOverDeviation: Math.sqrt(sum(counts.squaredErrors) / sum(counts.squaredDeviations)),
        rankCorrelation: rankCorrelation(counts),
      };
    },
  };
}

function checkNumbers(values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new EnsembleError('not-finite', `the samples hold ${values[bad]} at pixel ${bad}.`);
}

function increase(values: Float64Array, i: number, by: number): void {
  values[i] = (values[i] ?? 0) + by;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
