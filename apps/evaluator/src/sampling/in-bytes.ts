import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import { roundFrames } from '@borealis/ensemble';

/** Frames rounded to 8 bits, where they aren't. */
export function inBytes(frames: Frames | FloatFrames): Frames {
  const { data } = frames;
  return data instanceof Uint8Array ? { ...frames, data } : roundFrames({ ...frames, data });
}
