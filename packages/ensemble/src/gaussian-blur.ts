import { EnsembleError } from './ensemble-error.ts';
import { CHANNELS, checkFrames } from './frames.ts';
import type { FloatFrames, Frames } from './frames.ts';

/** scipy's `truncate`: the window ends at this many sigmas. */
const TRUNCATE = 4;

/**
 * Gaussian blur over height and width, each frame and channel by itself, like scipy's `gaussian_filter` with its
 * defaults: window cut at 4 sigmas, pictures reflected at their edges with the edge repeated (d c b a | a b c d).
 *
 * @param frames `[t h w 3]` in [0, 255]
 * @param sigma in pixels; 0 changes nothing
 * @returns `[t h w 3]`, not rounded
 * @throws {EnsembleError} `out-of-range` for a negative or infinite sigma; `shape-mismatch`, `empty`
 */
export function gaussianBlur(frames: Frames | FloatFrames, sigma: number): FloatFrames {
  checkFrames(frames);
  if (!(sigma >= 0 && sigma < Infinity)) {
    throw new EnsembleError('out-of-range', `sigma is ${sigma} pixels: expected a number from 0 up.`);
  }
  const { data, count, height, width } = frames;
  const result = new Float32Array(data);
  if (sigma === 0) return { data: result, count, height, width };

  const window = gaussianWindow(sigma); // symmetric: its two sides are added up before they are weighed
  const radius = (window.length - 1) / 2;
  const [rows, columns] = [reflections(height, window.length), reflections(width, window.length)];
  const stride = width * CHANNELS;
  const across = new Float64Array(height * stride);
  const line = new Float64Array(stride);
  const padded = new Float64Array(columns.length * CHANNELS);
  for (let t = 0; t < count; t++) {
    const frame = result.subarray(t * height * stride, (t + 1) * height * stride);
    for (let y = 0; y < height; y++) {
      columns.forEach((column, x) => {
        const source = y * stride + column * CHANNELS;
        for (let c = 0; c < CHANNELS; c++) padded[x * CHANNELS + c] = frame[source + c] ?? 0;
      });
      for (let i = 0; i < stride; i++) {
        let sum = (window[radius] ?? 0) * (padded[i + radius * CHANNELS] ?? 0);
        for (let k = 0, p = i, q = i + 2 * radius * CHANNELS; k < radius; k++, p += CHANNELS, q -= CHANNELS)
          sum += (window[k] ?? 0) * ((padded[p] ?? 0) + (padded[q] ?? 0));
        across[y * stride + i] = sum;
      }
    }
    for (let y = 0; y < height; y++) {
      const middle = (rows[y + radius] ?? 0) * stride;
      for (let i = 0; i < stride; i++) line[i] = (window[radius] ?? 0) * (across[middle + i] ?? 0);
      for (let k = 0; k < radius; k++) {
        const [above, below] = [(rows[y + k] ?? 0) * stride, (rows[y + 2 * radius - k] ?? 0) * stride];
        const weight = window[k] ?? 0;
        for (let i = 0; i < stride; i++)
          line[i] = (line[i] ?? 0) + weight * ((across[above + i] ?? 0) + (across[below + i] ?? 0));
      }
      frame.set(line, y * stride);
    }
  }
  return { data: result, count, height, width };
}

function gaussianWindow(sigma: number): Float64Array {
  const radius = Math.floor(TRUNCATE * sigma + 0.5);
  const window = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = window.reduce((total, value) => total + value, 0);
  return window.map((value) => value / sum);
}

/** Which pixel stands at each place of a padded side; a window may be longer than the side, which repeats then. */
function reflections(size: number, windowLength: number): Int32Array {
  const radius = (windowLength - 1) / 2;
  return Int32Array.from({ length: size + 2 * radius }, (_, i) => {
    const period = 2 * size;
    const place = (((i - radius) % period) + period) % period;
    return place < size ? place : period - 1 - place;
  });
}
