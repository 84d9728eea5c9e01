import { CHANNELS, checkFrames, checkSameShape } from './frames.ts';
import type { FloatFrames, Frames, PixelMap } from './frames.ts';

/**
 * How far a prediction is from the truth at each pixel: root mean square over colours.
 *
 * @returns `[t h w]` in steps of brightness, 0…
 * @throws {EnsembleError} `shape-mismatch`, `empty`
 */
export function errorMap(predicted: Frames | FloatFrames, truth: Frames | FloatFrames): PixelMap {
  checkFrames(predicted);
  checkFrames(truth);
  checkSameShape(predicted, truth, 'prediction and truth');
  const { count, height, width } = truth;
  const data = new Float32Array(count * height * width);
  for (let pixel = 0; pixel < data.length; pixel++) {
    let sum = 0;
    for (let i = pixel * CHANNELS; i < (pixel + 1) * CHANNELS; i++)
      sum += ((predicted.data[i] ?? 0) - (truth.data[i] ?? 0)) ** 2;
    data[pixel] = Math.sqrt(sum / CHANNELS);
  }
  return { data, count, height, width };
}
