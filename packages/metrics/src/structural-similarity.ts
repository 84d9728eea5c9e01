import { filterSeparable, gaussianWindow } from './gaussian-filter.ts';

export type SsimForm = 'scikit-image' | 'torchmetrics';

const SIGMA = 1.5;
const RADIUS = 5; // floor(3.5 · sigma + 0.5) in both libraries
export const WINDOW_SIZE = 2 * RADIUS + 1;
const WINDOW = gaussianWindow(SIGMA, RADIUS);

interface StructuralSimilarity {
  /** `[h w c]` */
  readonly map: Float64Array;
  /** Over the whole picture. */
  readonly mean: number;
  /** Without 5 pixels at each edge. */
  readonly croppedMean: number;
  /** Mean of the contrast-structure term without 5 pixels at each edge (what MS-SSIM multiplies). */
  readonly croppedContrast: number;
}

/** SSIM of one picture `[h w c]`; sides of at least `WINDOW_SIZE`. */
export function structuralSimilarity(input: {
  readonly predicted: Float64Array;
  readonly target: Float64Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly dataRange: number;
  readonly form: SsimForm;
}): StructuralSimilarity {
  const { predicted: x, target: y, height, width, channels, dataRange, form } = input;
  const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2];
  const border = form === 'scikit-image' ? 'symmetric' : 'mirror';
  const smooth = (values: Float64Array) =>
    filterSeparable(values, { height, width, channels }, { window: WINDOW, border });

  const [meanX, meanY] = [smooth(x), smooth(y)];
  const [meanXX, meanYY] = [smooth(x.map((v) => v * v)), smooth(y.map((v) => v * v))];
  const meanXY = smooth(x.map((v, i) => v * (y[i] ?? 0)));

  const map = new Float64Array(x.length);
  let [sum, croppedSum, contrastSum] = [0, 0, 0];
  for (let row = 0, i = 0; row < height; row++) {
    const rowInside = row >= RADIUS && row < height - RADIUS;
    for (let column = 0; column < width; column++) {
      const inside = rowInside && column >= RADIUS && column < width - RADIUS;
      for (let c = 0; c < channels; c++, i++) {
        const [mx, my] = [meanX[i] ?? 0, meanY[i] ?? 0];
        const variance = Math.max(0, (meanXX[i] ?? 0) - mx * mx) + Math.max(0, (meanYY[i] ?? 0) - my * my);
        const contrast = (2 * ((meanXY[i] ?? 0) - mx * my) + c2) / (variance + c2);
        const value = (contrast * (2 * mx * my + c1)) / (mx * mx + my * my + c1);
        map[i] = value;
        sum += value;
        if (inside) {
          croppedSum += value;
          contrastSum += contrast;
        }
      }
    }
  }
  const kept = (height - 2 * RADIUS) * (width - 2 * RADIUS) * channels;
  return { map, mean: sum / map.length, croppedMean: croppedSum / kept, croppedContrast: contrastSum / kept };
}
