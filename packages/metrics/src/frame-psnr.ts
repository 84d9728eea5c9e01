import { meanSquaredError } from './mean-squared-error.ts';
import { sharedShape } from './pictures.ts';
import type { Pictures } from './pictures.ts';
import { psnrFromMse } from './psnr.ts';
import { roundToBytes } from './round-to-bytes.ts';

export interface FramePsnr {
  /** Mean of the frames' dB: the figure that is called PSNR. Infinite where a frame is identical and no ceiling is set. */
  readonly mean: number;
  /** PSNR in dB of the mean squared error over all frames together. */
  readonly pooled: number;
  /** dB of each frame. */
  readonly perFrame: Float64Array;
  /** Mean squared error of each frame, in squared 8-bit steps. */
  readonly msePerFrame: Float64Array;
  /** Frames without a single different byte. */
  readonly identical: number;
}

/**
 * PSNR of frames rounded to 8 bits, peak 255.
 *
 * @param predicted `[t h w c]` in [0, 255]; floats are rounded here, once
 * @param target `[t h w c]` in [0, 255]
 * @param options `ceiling`: highest dB of one frame (default: none)
 * @throws {MetricsError} `shape-mismatch`, `empty`, `not-finite`
 */
export function framePsnr(
  predicted: Pictures,
  target: Pictures,
  options: { readonly ceiling?: number } = {},
): FramePsnr {
  const { count, frameSize } = sharedShape(predicted, target);
  const [a, b] = [roundToBytes(predicted.data), roundToBytes(target.data)];
  const perFrame = new Float64Array(count);
  const msePerFrame = new Float64Array(count);
  let [sum, sumOfErrors, identical] = [0, 0, 0];
  for (let t = 0; t < count; t++) {
    const [from, to] = [t * frameSize, (t + 1) * frameSize];
    const mse = meanSquaredError(a.subarray(from, to), b.subarray(from, to));
    const decibels = psnrFromMse(mse, options);
    msePerFrame[t] = mse;
    perFrame[t] = decibels;
    sum += decibels;
    sumOfErrors += mse;
    if (mse === 0) identical++;
  }
  return {
    mean: sum / count,
    pooled: psnrFromMse(sumOfErrors / count, options),
    perFrame,
    msePerFrame,
    identical,
  };
}
