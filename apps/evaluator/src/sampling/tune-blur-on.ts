import type { Dataset, Frames } from '@borealis/dataset';
import type { FloatFrames, TunedBlur } from '@borealis/ensemble';
import { tuneBlur } from '@borealis/ensemble';
import { EvaluatorError } from '../evaluator-error.ts';
import type { FrameTask, FrameWindow } from './frame-candidate.ts';
import { targetOf } from './frame-candidate.ts';
import { inBytes } from './in-bytes.ts';
import { joinFrames } from './join-frames.ts';

/** Deviations that are tried, in pixels at a frame height of 128; they grow with the frame. */
const SIGMAS = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24];
const SIGMAS_HEIGHT = 128;

/** Training windows that a blur is tuned on. */
const TUNING_WINDOWS = 24;

/**
 * The blur that brings what `predict` says of the last frame closest to the truth, on training windows spread evenly.
 *
 * @throws EvaluatorError `windows` where there is none
 */
export async function tuneBlurOn(
  training: Dataset,
  { frames: length }: FrameTask,
  predict: (window: FrameWindow) => Promise<Frames | FloatFrames>,
): Promise<TunedBlur> {
  const windows = training.windows({ frames: length, stride: length, content: 'frames' });
  const count = Math.min(TUNING_WINDOWS, windows.count);
  if (count === 0) {
    throw new EvaluatorError(
      'windows',
      `${training.dir} has no segment of ${length} frames to tune the blur on`,
    );
  }
  const predictions: Frames[] = [];
  const targets: Frames[] = [];
  for (let i = 0; i < count; i++) {
    const { frames, ...window } = await windows.at(Math.floor((i * windows.count) / count));
    if (frames === undefined) throw new EvaluatorError('windows', `${training.dir} holds no frames`);
    const full = { ...window, frames };
    predictions.push(inBytes(await predict(full)));
    targets.push(targetOf(full));
  }
  const scale = (training.frameSize?.height ?? SIGMAS_HEIGHT) / SIGMAS_HEIGHT;
  const sigmas = SIGMAS.map((sigma) => sigma * scale);
  return tuneBlur({ frames: joinFrames(predictions), targets: joinFrames(targets), sigmas });
}
