import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';

export function lastFrame(frames: FloatFrames): FloatFrames;
export function lastFrame(frames: Frames | FloatFrames): Frames | FloatFrames;
/** The last of some frames, copied, so that the others can go. */
export function lastFrame({ data, height, width }: Frames | FloatFrames): Frames | FloatFrames {
  const size = height * width * 3;
  const shape = { count: 1, height, width };
  return data instanceof Uint8Array
    ? { ...shape, data: data.slice(data.length - size) }
    : { ...shape, data: data.slice(data.length - size) };
}
