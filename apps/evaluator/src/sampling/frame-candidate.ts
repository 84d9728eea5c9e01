import type { Frames, Window } from '@borealis/dataset';
import type { Combination, FloatFrames } from '@borealis/ensemble';

/** How many frames of a window are given, and how many it has. The last one is to be predicted. */
export interface FrameTask {
  readonly contextFrames: number;
  readonly frames: number;
}

/** Frames of a window that are given: the challenge's. */
export const CONTEXT_FRAMES = 17;

/** Frames that a window of the challenge spans. */
export const WINDOW_FRAMES = 77;

/** How a generative model's frames were drawn. */
export interface SampleSetting {
  /** Whose: a run's name. */
  readonly model: string;
  /** Samples that were made into one, and how. */
  readonly samples: number;
  readonly combination: Combination;
  readonly steps: number;
  readonly guidanceScale: number;
  readonly solver: 'euler' | 'unipc';
  /** `shuffled`: those of another segment. */
  readonly states: 'own' | 'shuffled';
  /** Deviation of a blur, in pixels. */
  readonly blur?: number;
}

/** Anything that says what the last frame of a window will be. */
export interface FrameCandidate {
  readonly name: string;
  /** Sees the truth, so nothing of its kind can do better: shown for scale, not compared. */
  readonly ceiling?: boolean;
  readonly setting?: SampleSetting;
  /** The last frame, or as many of the last ones as it says something of. */
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

export function contextOf({ frames }: FrameWindow, count = CONTEXT_FRAMES): Frames {
  return sliceFrames(frames, 0, count);
}

/** The last frames of a window. */
export function targetOf({ frames }: FrameWindow, count = 1): Frames {
  return sliceFrames(frames, frames.count - count, count);
}
