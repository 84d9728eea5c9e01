import { EnsembleError } from './ensemble-error.ts';
import { checkMoments } from './frame-moments.ts';
import type { FrameMoments } from './frame-moments.ts';
import { CHANNELS } from './frames.ts';
import type { PixelMap } from './frames.ts';

/**
 * How far samples differ from each other at each pixel: deviation over samples (divisor N − 1), root mean square over
 * colours. The uncertainty map of an ensemble.
 *
 * @returns `[t h w]` in steps of brightness, 0…
 * @throws {EnsembleError} `empty` for fewer than two samples; `shape-mismatch`, `out-of-range`
 */
export function deviationMap(moments: FrameMoments): PixelMap {
  checkMoments(moments);
  const { samples, squares, count, height, width } = moments;
  if (samples < 2) throw new EnsembleError('empty', 'a deviation needs two samples or more, there is one.');
  const data = new Float32Array(count * height * width);
  for (let pixel = 0; pixel < data.length; pixel++) {
    let sum = 0;
    for (let c = 0; c < CHANNELS; c++) sum += squares[pixel * CHANNELS + c] ?? 0;
    data[pixel] = Math.sqrt(sum / (CHANNELS * (samples - 1)));
  }
  return { data, count, height, width };
}
