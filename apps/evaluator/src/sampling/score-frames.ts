import type { Frames, WindowIndex } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import type { Interval, PairedDifference, SegmentValue } from '@borealis/metrics';
import {
  bootstrapBySegment,
  framePsnr,
  pairedDifferenceBySegment,
  psnrFromMse,
  ssim,
} from '@borealis/metrics';
import type { FrameCandidate } from './frame-candidate.ts';
import { targetOf } from './frame-candidate.ts';

/** Highest dB that one frame counts with: an exact copy would be infinite. */
const PSNR_CEILING = 100;

export interface FrameScore {
  readonly segment: number;
  readonly window: number;
  /** dB, of the frame rounded to 8 bits. */
  readonly psnr: number;
  /** Mean squared error in 8-bit steps. */
  readonly mse: number;
  /** scikit-image's form. */
  readonly ssim: number;
}

export interface FrameCandidateScores {
  readonly name: string;
  readonly ceiling: boolean;
  readonly frames: readonly FrameScore[];
}

export interface ScoreFramesOptions {
  readonly windows: WindowIndex;
  readonly candidates: readonly FrameCandidate[];
  /** Told of each prediction, for pictures. */
  readonly onPrediction?: (
    window: number,
    name: string,
    predicted: Frames | FloatFrames,
    target: Frames,
  ) => void;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Scores every candidate's last frame on every window. */
export async function scoreFrames(options: ScoreFramesOptions): Promise<FrameCandidateScores[]> {
  const { windows, candidates } = options;
  const runs = candidates.map((candidate) => ({ candidate, frames: [] as FrameScore[] }));
  for (let i = 0; i < windows.count; i++) {
    const { frames, ...window } = await windows.at(i);
    if (frames === undefined)
      throw new Error(`window ${i} holds no frames: the sampling track needs raw data`);
    const full = { ...window, frames };
    const target = targetOf(full);
    for (const { candidate, frames } of runs) {
      const predicted = await candidate.predict(full);
      options.onPrediction?.(i, candidate.name, predicted, target);
      const { mean, msePerFrame } = framePsnr(predicted, target, { ceiling: PSNR_CEILING });
      const similarity = ssim(predicted, target, { dataRange: 255 }).mean;
      frames.push({
        segment: window.segment,
        window: i,
        psnr: mean,
        mse: msePerFrame[0] ?? 0,
        ssim: similarity,
      });
    }
    options.onProgress?.(i + 1, windows.count);
  }
  return runs.map(({ candidate, frames }) => ({
    name: candidate.name,
    ceiling: candidate.ceiling ?? false,
    frames,
  }));
}

export interface FrameSummary {
  readonly name: string;
  readonly ceiling: boolean;
  /** Mean of the frames' dB. */
  readonly psnr: Interval;
  /** dB of the mean squared error over all frames. */
  readonly pooledPsnr: Interval;
  readonly ssim: Interval;
}

const SEED = 1;

export function summariseFrames({ name, ceiling, frames }: FrameCandidateScores): FrameSummary {
  return {
    name,
    ceiling,
    psnr: bootstrapBySegment({ values: valuesOf(frames, 'psnr'), seed: SEED }),
    pooledPsnr: bootstrapBySegment({ values: valuesOf(frames, 'mse'), seed: SEED, transform: psnrFromMse }),
    ssim: bootstrapBySegment({ values: valuesOf(frames, 'ssim'), seed: SEED }),
  };
}

/** first − second in dB on the same windows: above 0 where the first predicts better. */
export function frameDifference(first: FrameCandidateScores, second: FrameCandidateScores): PairedDifference {
  return pairedDifferenceBySegment({
    first: valuesOf(first.frames, 'psnr'),
    second: valuesOf(second.frames, 'psnr'),
    seed: SEED,
  });
}

function valuesOf(frames: readonly FrameScore[], metric: 'psnr' | 'mse' | 'ssim'): SegmentValue[] {
  return frames.map((frame) => ({ segment: frame.segment, value: frame[metric] }));
}
