import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import { EvaluatorError } from '../evaluator-error.ts';
import type { FrameTask, FrameWindow } from './frame-candidate.ts';
import { contextOf, sliceFrames } from './frame-candidate.ts';
import type { DrawFramesOptions, FrameSampler } from './frame-sampler.ts';
import { inBytes } from './in-bytes.ts';
import { joinFrames } from './join-frames.ts';

export interface DrawBeyondOptions extends Omit<DrawFramesOptions, 'whole' | 'firstSample'> {
  /** In all: each after the first goes on from the last frames of the one before. */
  readonly windows: number;
}

/** What is given and what is drawn where so many windows follow one another. */
export function taskBeyond({ contextFrames, frames }: FrameTask, windows: number): FrameTask {
  return { contextFrames, frames: frames + (windows - 1) * (frames - contextFrames) };
}

/**
 * Futures longer than a window, one after the other: all frames that are not given, `[t h w 3]` in [0, 255]. The last frames
 * of a window are encoded anew for the next one, since the first latent of a window stands for one frame and not for four.
 * Sample i is the same however many are drawn.
 *
 * @param window with the states of all frames, `taskBeyond` says how many; of its frames the first ones are read
 * @throws EvaluatorError `windows` where states end too early, or the model is given no frames to go on from
 */
export async function* drawBeyond(
  sampler: FrameSampler,
  window: FrameWindow,
  { windows, ...drawing }: DrawBeyondOptions,
): AsyncGenerator<FloatFrames, void, void> {
  const { contextFrames, frames } = sampler.task;
  checkWindow(sampler.task, window, windows);
  const advance = frames - contextFrames;
  const given = contextOf(window, contextFrames);
  let sample = 0;
  for await (const first of sampler.draw(windowFrom(0, given), { ...drawing, whole: drawing.samples })) {
    const parts = [first];
    let seen = joined(given, first);
    for (let i = 1; i < windows; i++) {
      const context = sliceFrames(seen, seen.count - contextFrames, contextFrames);
      const next = await drawOne(windowFrom(i * advance, context), sample);
      seen = joined(context, next);
      parts.push(next);
    }
    sample++;
    yield joinFrames(parts);
  }

  /** The window that begins so many frames later. */
  function windowFrom(offset: number, context: Frames): FrameWindow {
    const size = stateSize(window);
    return {
      ...{ ...window, frames: context, start: window.start + offset, frameCount: frames },
      states: window.states.subarray(offset * size, (offset + frames) * size),
    };
  }

  async function drawOne(from: FrameWindow, firstSample: number): Promise<FloatFrames> {
    for await (const drawn of sampler.draw(from, { ...drawing, samples: 1, firstSample, whole: 1 }))
      return drawn;
    throw new RangeError('the sampler drew nothing');
  }
}

function stateSize({ states, frameCount }: FrameWindow): number {
  return states.length / frameCount;
}

function checkWindow(task: FrameTask, { frameCount: found }: FrameWindow, windows: number): void {
  if (task.contextFrames === 0 && windows > 1) {
    throw new EvaluatorError('windows', 'a model that is given no frames cannot go on from the last ones');
  }
  const needed = taskBeyond(task, windows).frames;
  if (found >= needed) return;
  throw new EvaluatorError(
    'windows',
    `${windows} windows, one after the other, need the states of ${needed} frames; these end at ${found}`,
  );
}

function joined(given: Frames, future: FloatFrames): Frames {
  return given.count === 0 ? inBytes(future) : joinFrames([given, inBytes(future)]);
}
