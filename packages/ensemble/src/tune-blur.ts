import { EnsembleError } from './ensemble-error.ts';
import { checkFrames, checkSameShape } from './frames.ts';
import type { Frames } from './frames.ts';
import { gaussianBlur } from './gaussian-blur.ts';
import { roundFrames } from './round-frames.ts';

export interface TunedBlur {
  /** The best of the sigmas, in pixels; of equal ones the first. */
  readonly sigma: number;
  /** Its PSNR in dB. */
  readonly psnr: number;
  readonly scores: readonly { readonly sigma: number; readonly psnr: number }[];
}

/**
 * The blur of the given frames that comes closest to the targets: mean PSNR over frames (8 bits, peak 255). Choose it on
 * training data and apply it to validation data.
 *
 * @param input `frames`, `targets`: `[t h w 3]`, frame by frame a copy and what it should have been; `sigmas`: to choose
 * from, in pixels (0: no blur)
 * @throws {EnsembleError} `empty` without sigmas or frames; `shape-mismatch`; `out-of-range` for a negative sigma
 */
export function tuneBlur(input: {
  readonly frames: Frames;
  readonly targets: Frames;
  readonly sigmas: readonly number[];
}): TunedBlur {
  const { frames, targets, sigmas } = input;
  checkFrames(frames);
  checkFrames(targets);
  checkSameShape(frames, targets, 'frames and targets');
  const scores = sigmas.map((sigma) => ({
    sigma,
    psnr: meanPsnr(roundFrames(gaussianBlur(frames, sigma)), targets),
  }));
  const [first, ...others] = scores;
  if (first === undefined)
    throw new EnsembleError('empty', 'no sigmas to choose from: give at least one, e.g. [0, 1, 2].');
  const best = others.reduce((leader, score) => (score.psnr > leader.psnr ? score : leader), first);
  return { ...best, scores };
}

/** As `framePsnr` of @borealis/metrics defines it; the packages don't depend on each other for these lines. */
function meanPsnr(predicted: Frames, target: Frames): number {
  const frameSize = target.data.length / target.count;
  let decibels = 0;
  for (let t = 0; t < target.count; t++) {
    let sum = 0; // an identical frame counts as one value off by one step, else it alone would decide
    for (let i = t * frameSize; i < (t + 1) * frameSize; i++) {
      sum += ((predicted.data[i] ?? 0) - (target.data[i] ?? 0)) ** 2;
    }
    decibels += 10 * Math.log10((255 * 255 * frameSize) / Math.max(sum, 1));
  }
  return decibels / target.count;
}
