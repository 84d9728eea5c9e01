import { MetricsError } from './metrics-error.ts';
import { sharedShape } from './pictures.ts';
import type { Pictures } from './pictures.ts';
import { structuralSimilarity, WINDOW_SIZE } from './structural-similarity.ts';
import type { SsimForm } from './structural-similarity.ts';

export interface SsimOptions {
  /**
   * Whose SSIM. `scikit-image`: symmetric border, the mean leaves 5 pixels out at each edge (the default; the form that
   * papers mostly report). `torchmetrics`: mirror border, mean over the whole picture.
   */
  readonly form?: SsimForm;
  /**
   * Largest minus smallest possible value: 255 for bytes, 1 for [0, 1]. `from-images` takes the larger of the two sides'
   * ranges, over all frames given, as torchmetrics does when told nothing. Default: 255 for bytes; floats must say.
   */
  readonly dataRange?: number | 'from-images';
}

export interface Ssim {
  /** Mean over frames. */
  readonly mean: number;
  readonly perFrame: Float64Array;
  /** `[t h w c]`: the index at every pixel and channel, edges included. */
  readonly map: Float64Array;
}

/**
 * Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004): Gaussian window sigma 1.5 of 11 pixels, population
 * covariance, K1 0.01, K2 0.03, per channel, then the mean.
 *
 * @param predicted `[t h w c]`
 * @param target `[t h w c]`
 * @throws {MetricsError} `shape-mismatch`, `empty`, `not-finite`; `too-small` below 11 pixels a side
 */
export function ssim(predicted: Pictures, target: Pictures, options: SsimOptions = {}): Ssim {
  const { form = 'scikit-image' } = options;
  const shape = sharedShape(predicted, target);
  if (Math.min(shape.height, shape.width) < WINDOW_SIZE) {
    throw new MetricsError(
      'too-small',
      `frames are ${shape.width} × ${shape.height}: SSIM needs at least ${WINDOW_SIZE} pixels a side for its window.`,
    );
  }
  const dataRange = resolveDataRange(predicted, target, options.dataRange);
  const perFrame = new Float64Array(shape.count);
  const map = new Float64Array(shape.count * shape.frameSize);
  for (let t = 0; t < shape.count; t++) {
    const [from, to] = [t * shape.frameSize, (t + 1) * shape.frameSize];
    const similarity = structuralSimilarity({
      predicted: Float64Array.from(predicted.data.subarray(from, to)),
      target: Float64Array.from(target.data.subarray(from, to)),
      ...shape,
      dataRange,
      form,
    });
    const score = form === 'scikit-image' ? similarity.croppedMean : similarity.mean;
    if (!Number.isFinite(score)) {
      throw new MetricsError('not-finite', `SSIM of frame ${t} is ${score}: an input holds NaN or infinity.`);
    }
    perFrame[t] = score;
    map.set(similarity.map, from);
  }
  return { mean: perFrame.reduce((sum, value) => sum + value, 0) / shape.count, perFrame, map };
}

/** @throws {MetricsError} `out-of-range` where floats come without a range, or the range is not positive */
export function resolveDataRange(
  predicted: Pictures,
  target: Pictures,
  given: SsimOptions['dataRange'],
): number {
  const bytes = [predicted, target].every(
    ({ data }) => data instanceof Uint8Array || data instanceof Uint8ClampedArray,
  );
  const range =
    given === 'from-images' ? Math.max(spread(predicted), spread(target)) : (given ?? (bytes ? 255 : NaN));
  if (!(range > 0)) {
    throw new MetricsError(
      'out-of-range',
      given === undefined
        ? 'float frames come without dataRange: say 255 for values in [0, 255], 1 for values in [0, 1].'
        : `dataRange is ${range}: expected a positive number.`,
    );
  }
  return range;
}

function spread({ data }: Pictures): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return high - low;
}
