import type { Interval, PairedDifference, SegmentValue } from '@borealis/metrics';
import { bootstrapBySegment, pairedDifferenceBySegment, psnrFromMse } from '@borealis/metrics';
import type { SampleSetting } from './frame-candidate.ts';
import type { FrameCandidateScores, FrameScore } from './score-frames.ts';

const SEED = 1;

/** Means over windows, with intervals over segments. */
export interface FrameSummary {
  readonly name: string;
  readonly ceiling: boolean;
  readonly setting?: SampleSetting;
  readonly windows: number;
  /** Mean of the last frames' dB. */
  readonly psnr: Interval;
  /** dB of the mean squared error over all last frames. */
  readonly pooledPsnr: Interval;
  readonly ssim: Interval;
  /** Where frames have 176 pixels a side. */
  readonly msSsim?: Interval;
  /** Of each frame that was predicted, the window's last at the end: how many frames after the given ones is up to the task. */
  readonly psnrOfFrames: readonly number[];
  readonly ssimOfFrames: readonly number[];
}

export function summariseFrames({ name, ceiling, setting, frames }: FrameCandidateScores): FrameSummary {
  const interval = (metric: 'psnr' | 'ssim') =>
    bootstrapBySegment({ values: valuesOf(frames, ({ [metric]: value }) => value), seed: SEED });
  const msSsim = frames.flatMap(({ segment, msSsim: value }) =>
    value === undefined ? [] : [{ segment, value }],
  );
  return {
    ...{ name, ceiling, windows: frames.length },
    ...(setting === undefined ? {} : { setting }),
    psnr: interval('psnr'),
    pooledPsnr: bootstrapBySegment({
      values: valuesOf(frames, ({ mse }) => mse),
      seed: SEED,
      transform: psnrFromMse,
    }),
    ssim: interval('ssim'),
    ...(msSsim.length < frames.length ? {} : { msSsim: bootstrapBySegment({ values: msSsim, seed: SEED }) }),
    psnrOfFrames: meanOf(frames.map(({ psnrOfFrames }) => psnrOfFrames)),
    ssimOfFrames: meanOf(frames.map(({ ssimOfFrames }) => ssimOfFrames)),
  };
}

/** first − second in dB of the last frame, on the same windows: above 0 where the first predicts better. */
export function frameDifference(first: FrameCandidateScores, second: FrameCandidateScores): PairedDifference {
  return pairedDifferenceBySegment({
    first: valuesOf(first.frames, ({ psnr }) => psnr),
    second: valuesOf(second.frames, ({ psnr }) => psnr),
    seed: SEED,
  });
}

function valuesOf(scores: readonly FrameScore[], value: (score: FrameScore) => number): SegmentValue[] {
  return scores.map((score) => ({ segment: score.segment, value: value(score) }));
}

function meanOf(curves: readonly Float64Array[]): number[] {
  const length = curves[0]?.length ?? 0;
  return Array.from(
    { length },
    (_, i) => curves.reduce((sum, curve) => sum + (curve[i] ?? NaN), 0) / curves.length,
  );
}
