import { checkFrames } from './frames.ts';
import type { FloatFrames, Frames } from './frames.ts';

/**
 * Mean of the given frames over time: the baseline that bets on a camera that stands still.
 *
 * @param context `[t h w 3]` in [0, 255]
 * @returns `[1 h w 3]`, not rounded
 * @throws {EnsembleError} `empty`, `shape-mismatch`
 */
export function contextMean(context: Frames | FloatFrames): FloatFrames {
  checkFrames(context);
  const { data, count, height, width } = context;
  const frameSize = data.length / count;
  const sums = new Float64Array(frameSize);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < frameSize; i++) sums[i] = (sums[i] ?? 0) + (data[t * frameSize + i] ?? 0);
  }
  return { data: new Float32Array(sums.map((sum) => sum / count)), count: 1, height, width };
}
