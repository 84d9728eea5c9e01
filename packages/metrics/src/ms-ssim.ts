import { MetricsError } from './metrics-error.ts';
import { sharedShape } from './pictures.ts';
import type { Pictures } from './pictures.ts';
import { resolveDataRange } from './ssim.ts';
import type { SsimOptions } from './ssim.ts';
import { structuralSimilarity, WINDOW_SIZE } from './structural-similarity.ts';

/** Exponents of the five scales, finest first (Wang, Simoncelli, Bovik 2003, §3.2). */
const SCALE_WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const;

export interface MultiScaleSsim {
  /** What to print beside the number: `MS-SSIM` only for five scales, else `MS-SSIM (3 scales)`: another metric. */
  readonly name: string;
  readonly scales: number;
  readonly mean: number;
  readonly perFrame: Float64Array;
}

/**
 * Multi-scale structural similarity in torchmetrics' form: each scale as torchmetrics' SSIM, contrast terms cropped by
 * 5 pixels, the last scale's full index uncropped, negative values cut to 0, 2 × 2 average pooling between scales.
 *
 * @param predicted `[t h w c]`
 * @param target `[t h w c]`
 * @param options `dataRange` as in `ssim`; `scales` 1–5, default 5: with fewer, the first weights are scaled to sum 1 and
 * the result carries another name, since it can't be compared
 * @throws {MetricsError} `too-small` where the smallest scale has fewer than 11 pixels a side (five scales: 176);
 * `out-of-range` for other scales; `shape-mismatch`, `empty`, `not-finite`
 */
export function multiScaleSsim(
  predicted: Pictures,
  target: Pictures,
  options: { readonly scales?: number; readonly dataRange?: SsimOptions['dataRange'] } = {},
): MultiScaleSsim {
  const { scales = SCALE_WEIGHTS.length } = options;
  if (!Number.isInteger(scales) || scales < 1 || scales > SCALE_WEIGHTS.length) {
    throw new MetricsError(
      'out-of-range',
      `scales is ${scales}: expected a whole number from 1 to ${SCALE_WEIGHTS.length}.`,
    );
  }
  const shape = sharedShape(predicted, target);
  const smallest = WINDOW_SIZE * 2 ** (scales - 1);
  if (Math.min(shape.height, shape.width) < smallest) {
    const possible = Math.floor(Math.log2(Math.min(shape.height, shape.width) / WINDOW_SIZE)) + 1;
    const advice =
      possible >= 1
        ? `Ask for scales: ${possible}, which is another metric and is named so.`
        : 'Use larger frames.';
    throw new MetricsError(
      'too-small',
      `frames are ${shape.width} × ${shape.height}: MS-SSIM with ${scales} scales needs at least ${smallest} pixels a side. ${advice}`,
    );
  }
  const dataRange = resolveDataRange(predicted, target, options.dataRange);
  const weights = SCALE_WEIGHTS.slice(0, scales);
  const total = scales === SCALE_WEIGHTS.length ? 1 : weights.reduce((sum, weight) => sum + weight, 0);

  const perFrame = new Float64Array(shape.count);
  for (let t = 0; t < shape.count; t++) {
    const [from, to] = [t * shape.frameSize, (t + 1) * shape.frameSize];
    let scale: Scale = {
      predicted: Float64Array.from(predicted.data.subarray(from, to)),
      target: Float64Array.from(target.data.subarray(from, to)),
      height: shape.height,
      width: shape.width,
      channels: shape.channels,
    };
    let product = 1;
    weights.forEach((weight, index) => {
      if (index > 0) scale = halved(scale);
      const similarity = structuralSimilarity({ ...scale, dataRange, form: 'torchmetrics' });
      const term = index === scales - 1 ? similarity.mean : similarity.croppedContrast;
      if (!Number.isFinite(term)) {
        throw new MetricsError(
          'not-finite',
          `MS-SSIM of frame ${t} is ${term}: an input holds NaN or infinity.`,
        );
      }
      product *= Math.max(0, term) ** (weight / total);
    });
    perFrame[t] = product;
  }
  return {
    name: scales === SCALE_WEIGHTS.length ? 'MS-SSIM' : `MS-SSIM (${scales} scale${scales === 1 ? '' : 's'})`,
    scales,
    mean: perFrame.reduce((sum, value) => sum + value, 0) / shape.count,
    perFrame,
  };
}

interface Scale {
  readonly predicted: Float64Array;
  readonly target: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function halved(scale: Scale): Scale {
  const [height, width] = [Math.floor(scale.height / 2), Math.floor(scale.width / 2)];
  const pool = (picture: Float64Array) => {
    const pooled = new Float64Array(height * width * scale.channels);
    const stride = scale.width * scale.channels;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < scale.channels; c++, i++) {
          const p = 2 * y * stride + 2 * x * scale.channels + c;
          const [left, right] = [p, p + scale.channels];
          pooled[i] =
            ((picture[left] ?? 0) +
              (picture[right] ?? 0) +
              (picture[left + stride] ?? 0) +
              (picture[right + stride] ?? 0)) /
            4;
        }
      }
    }
    return pooled;
  };
  return {
    predicted: pool(scale.predicted),
    target: pool(scale.target),
    height,
    width,
    channels: scale.channels,
  };
}
