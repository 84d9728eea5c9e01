import type { Dataset, Frames } from '@borealis/dataset';
import { contextMean, gaussianBlur, tuneBlur } from '@borealis/ensemble';
import type { FrameCandidate } from './frame-candidate.ts';
import { CONTEXT_FRAMES, contextOf, sliceFrames, targetOf, WINDOW_FRAMES } from './frame-candidate.ts';

/** Deviations that are tried, in pixels at a frame height of 128; they grow with the frame. */
const SIGMAS = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24];
const SIGMAS_HEIGHT = 128;

/** Training windows that the blur is tuned on. */
const TUNING_WINDOWS = 24;

/** Copy of the last given frame, mean of the given frames, and the copy blurred as much as serves best in training. */
export async function baselineFrames(training: Dataset): Promise<FrameCandidate[]> {
  const sigma = await tuneOn(training);
  const lastOf = (context: Frames) => sliceFrames(context, CONTEXT_FRAMES - 1, 1);
  return [
    { name: 'copy of frame 17', predict: (window) => Promise.resolve(lastOf(contextOf(window))) },
    { name: 'mean of 17 frames', predict: (window) => Promise.resolve(contextMean(contextOf(window))) },
    {
      name: `copy, blurred (σ ${sigma} px)`,
      predict: (window) => Promise.resolve(gaussianBlur(lastOf(contextOf(window)), sigma)),
    },
  ];
}

async function tuneOn(training: Dataset): Promise<number> {
  const windows = training.windows({ frames: WINDOW_FRAMES, stride: WINDOW_FRAMES, content: 'frames' });
  const count = Math.min(TUNING_WINDOWS, windows.count);
  if (count === 0)
    throw new Error(`${training.dir} has no segment of ${WINDOW_FRAMES} frames to tune the blur on`);
  const lasts: Frames[] = [];
  const targets: Frames[] = [];
  for (let i = 0; i < count; i++) {
    const { frames, ...window } = await windows.at(Math.floor((i * windows.count) / count));
    if (frames === undefined) throw new Error(`${training.dir} holds no frames`);
    lasts.push(sliceFrames(frames, CONTEXT_FRAMES - 1, 1));
    targets.push(targetOf({ ...window, frames }));
  }
  const scale = (training.frameSize?.height ?? SIGMAS_HEIGHT) / SIGMAS_HEIGHT;
  const sigmas = SIGMAS.map((sigma) => sigma * scale);
  return tuneBlur({ frames: joinFrames(lasts), targets: joinFrames(targets), sigmas }).sigma;
}

function joinFrames(frames: readonly Frames[]): Frames {
  const [first] = frames;
  if (first === undefined) throw new Error('no frames to join');
  const data = new Uint8Array(first.data.length * frames.length);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * first.data.length);
  });
  return { ...first, data, count: frames.length };
}
