import type { Dataset, Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import { contextMean, gaussianBlur } from '@borealis/ensemble';
import type { FrameCandidate, FrameTask, FrameWindow } from './frame-candidate.ts';
import { CONTEXT_FRAMES, contextOf, sliceFrames, WINDOW_FRAMES } from './frame-candidate.ts';
import { repeatFrame } from './join-frames.ts';
import { tuneBlurOn } from './tune-blur-on.ts';

export interface FrameBaselineOptions extends FrameTask {
  /** Say the same of every frame that is not given, not of the last alone. */
  readonly everyFrame: boolean;
}

/** Copy of the last given frame, mean of the given frames, and the copy blurred as much as serves best in training. */
export async function baselineFrames(
  training: Dataset,
  options: Partial<FrameBaselineOptions> = {},
): Promise<FrameCandidate[]> {
  const { contextFrames = CONTEXT_FRAMES, frames = WINDOW_FRAMES, everyFrame = false } = options;
  const task = { contextFrames, frames };
  const lastOf = (window: FrameWindow): Frames =>
    sliceFrames(contextOf(window, contextFrames), contextFrames - 1, 1);
  const { sigma } = await tuneBlurOn(training, task, (window) => Promise.resolve(lastOf(window)));
  const saying = (name: string, say: (window: FrameWindow) => Frames | FloatFrames): FrameCandidate => ({
    name,
    predict: (window) => Promise.resolve(repeatFrame(say(window), everyFrame ? frames - contextFrames : 1)),
  });
  return [
    saying(`copy of frame ${contextFrames}`, lastOf),
    saying(`mean of ${contextFrames} frames`, (window) => contextMean(contextOf(window, contextFrames))),
    saying(`copy, blurred (σ ${sigma} px)`, (window) => gaussianBlur(lastOf(window), sigma)),
  ];
}
