import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import type { Pictures } from '@borealis/metrics';
import { framePsnr, multiScaleSsim, ssim } from '@borealis/metrics';
import type { Windows } from '../compression/token-candidate.ts';
import { EvaluatorError } from '../evaluator-error.ts';
import type { FrameCandidate, FrameWindow, SampleSetting } from './frame-candidate.ts';
import { targetOf } from './frame-candidate.ts';

/** Highest dB that one frame counts with: an exact copy would be infinite. */
export const PSNR_CEILING = 100;

/** Pixels a side that MS-SSIM's five scales need. */
const MS_SSIM_SIDE = 176;

/** Of the last frame of a window, and of those before it that the candidate has said something of. */
export interface FrameScore {
  readonly segment: number;
  readonly window: number;
  /** dB, of the frame rounded to 8 bits. */
  readonly psnr: number;
  /** Mean squared error in 8-bit steps. */
  readonly mse: number;
  /** scikit-image's form. */
  readonly ssim: number;
  /** Where frames have 176 pixels a side. */
  readonly msSsim?: number;
  /** dB of each predicted frame; the last one is the window's last. */
  readonly psnrOfFrames: Float64Array;
  readonly ssimOfFrames: Float64Array;
}

export interface FrameCandidateScores {
  readonly name: string;
  readonly ceiling: boolean;
  readonly setting?: SampleSetting;
  readonly frames: readonly FrameScore[];
}

/** What a candidate says of the last frames of a window, and what came. */
export interface FramePrediction {
  /** Of the window. */
  readonly number: number;
  readonly window: FrameWindow;
  /** The candidate's. */
  readonly name: string;
  readonly predicted: Frames | FloatFrames;
  readonly target: Frames;
}

export interface ScoreFramesOptions {
  readonly windows: Windows;
  readonly candidates: readonly FrameCandidate[];
  /** Told of each prediction, and waited for. */
  readonly onPrediction?: (prediction: FramePrediction) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Scores what every candidate says of the last frames of every window.
 *
 * @throws EvaluatorError `windows` where a window lacks frames; what candidates throw
 */
export async function scoreFrames(options: ScoreFramesOptions): Promise<FrameCandidateScores[]> {
  const { windows, candidates, onPrediction, onProgress } = options;
  const runs = candidates.map((candidate) => ({ candidate, frames: [] as FrameScore[] }));
  for (let number = 0; number < windows.count; number++) {
    const window = await wholeWindow(windows, number);
    for (const { candidate, frames } of runs) {
      const predicted = await candidate.predict(window);
      const target = targetOf(window, predicted.count);
      await onPrediction?.({ number, window, name: candidate.name, predicted, target });
      frames.push({ segment: window.segment, window: number, ...scoreOf(predicted, target) });
    }
    onProgress?.(number + 1, windows.count);
  }
  return runs.map(({ candidate: { name, ceiling = false, setting }, frames }) => ({
    ...{ name, ceiling, frames },
    ...(setting === undefined ? {} : { setting }),
  }));
}

/** @throws EvaluatorError `windows` where frames are missing: tokens, or a test clip */
export async function wholeWindow(windows: Windows, number: number): Promise<FrameWindow> {
  const { frames, ...window } = await windows.at(number);
  if (frames?.count === window.frameCount) return { ...window, frames };
  throw new EvaluatorError(
    'windows',
    `window ${number} holds ${frames?.count ?? 0} of ${window.frameCount} frames: predictions are scored on raw data, its future included`,
  );
}

function scoreOf(predicted: Frames | FloatFrames, target: Frames): Omit<FrameScore, 'segment' | 'window'> {
  const { perFrame, msePerFrame } = framePsnr(predicted, target, { ceiling: PSNR_CEILING });
  const similarity = ssim(predicted, target, { dataRange: 255 }).perFrame;
  const last = predicted.count - 1;
  return {
    psnr: perFrame[last] ?? NaN,
    mse: msePerFrame[last] ?? NaN,
    ssim: similarity[last] ?? NaN,
    psnrOfFrames: perFrame,
    ssimOfFrames: similarity,
    ...(Math.min(target.height, target.width) < MS_SSIM_SIDE
      ? {}
      : { msSsim: multiScaleSsim(lastOf(predicted), lastOf(target), { dataRange: 255 }).mean }),
  };
}

/** The last of some frames, without copying. */
export function lastOf({ data, height, width }: Frames | FloatFrames): Pictures {
  return { data: data.subarray(data.length - height * width * 3), count: 1, height, width };
}
