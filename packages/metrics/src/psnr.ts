import { meanSquaredError } from './mean-squared-error.ts';
import type { Samples } from './pictures.ts';

export interface PsnrOptions {
  /** Largest possible value: 255 for bytes, 1 for floats in [0, 1]. Default 255. */
  readonly peak?: number;
  /** Highest result in dB, for averages that an identical pair must not make infinite. Default: none. */
  readonly ceiling?: number;
}

/** Peak signal-to-noise ratio in dB of a mean squared error: 10 · log10(peak² / mse); infinite for 0. */
export function psnrFromMse(mse: number, options: PsnrOptions = {}): number {
  const { peak = 255, ceiling = Infinity } = options;
  return Math.min(ceiling, 10 * Math.log10((peak * peak) / mse));
}

/**
 * PSNR in dB over all values of two arrays as they are (no rounding), like scikit-image's `peak_signal_noise_ratio`.
 * For predicted frames use `framePsnr`, which rounds to 8 bits and averages over frames.
 *
 * @throws {MetricsError} as `meanSquaredError` does.
 */
export function psnr(predicted: Samples, target: Samples, options: PsnrOptions = {}): number {
  return psnrFromMse(meanSquaredError(predicted, target), options);
}
