import type { Frames, Window } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';

/** Frames of a window that are given: the task's. */
export const CONTEXT_FRAMES = 17;

/** Frames that a window spans; the last one is to be predicted. */
export const WINDOW_FRAMES = 77;

/** Anything that says what the last frame of a window will be. */
export interface FrameCandidate {
  readonly name: string;
  /** Sees the truth, so nothing of its kind can do better: shown for scale, not compared. */
  readonly ceiling?: boolean;
  /** One frame. */
  predict(window: FrameWindow): Promise<Frames | FloatFrames>;
}

/** A window with its frames. */
export interface FrameWindow extends Window {
  readonly frames: Frames;
}

/** Frames `start` … `start + count − 1`, without copying. */
export function sliceFrames(frames: Frames, start: number, count: number): Frames {
  const size = frames.height * frames.width * 3;
  return { ...frames, data: frames.data.subarray(start * size, (start + count) * size), count };
}

export function contextOf({ frames }: FrameWindow): Frames {
  return sliceFrames(frames, 0, CONTEXT_FRAMES);
}

export function targetOf({ frames }: FrameWindow): Frames {
  return sliceFrames(frames, WINDOW_FRAMES - 1, 1);
}
