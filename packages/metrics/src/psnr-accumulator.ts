import { framePsnr } from './frame-psnr.ts';
import { MetricsError } from './metrics-error.ts';
import type { Pictures } from './pictures.ts';
import { psnrFromMse } from './psnr.ts';

/** Sums over frames; plain, so it can be stored or sent and merged elsewhere. */
export interface PsnrState {
  readonly frames: number;
  readonly sumOfDecibels: number;
  readonly sumOfErrors: number;
  readonly identical: number;
}

export interface PsnrAccumulator {
  /** Takes in `[t h w c]` frames in [0, 255] and gives the mean dB of these alone. */
  add(predicted: Pictures, target: Pictures): number;
  merge(other: PsnrState): void;
  state(): PsnrState;
  /** @throws {MetricsError} `empty` before the first frame */
  result(): {
    /** Mean of dB over frames. */
    readonly mean: number;
    /** dB of the pooled mean squared error. */
    readonly pooled: number;
    readonly frames: number;
    /** Frames without a different byte. */
    readonly identical: number;
  };
}

/**
 * PSNR over a stream of frames, as `framePsnr` defines it. Merge only states that were made with the same ceiling.
 *
 * @param options `ceiling`: highest dB of one frame (default: none, so that one identical frame makes the mean infinite)
 */
export function createPsnrAccumulator(options: { readonly ceiling?: number } = {}): PsnrAccumulator {
  let [frames, sumOfDecibels, sumOfErrors, identical] = [0, 0, 0, 0];
  return {
    add(predicted, target) {
      const score = framePsnr(predicted, target, options);
      frames += score.perFrame.length;
      identical += score.identical;
      for (const decibels of score.perFrame) sumOfDecibels += decibels;
      for (const mse of score.msePerFrame) sumOfErrors += mse;
      return score.mean;
    },
    merge(other) {
      frames += other.frames;
      sumOfDecibels += other.sumOfDecibels;
      sumOfErrors += other.sumOfErrors;
      identical += other.identical;
    },
    state: () => ({ frames, sumOfDecibels, sumOfErrors, identical }),
    result() {
      if (frames === 0) throw new MetricsError('empty', 'no frame was added: there is no PSNR yet.');
      const pooled = psnrFromMse(sumOfErrors / frames, options);
      return { mean: sumOfDecibels / frames, pooled, frames, identical };
    },
  };
}
