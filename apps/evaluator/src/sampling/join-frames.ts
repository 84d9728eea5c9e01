import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';

/** Frames of several, one after the other, `[t h w 3]`; they must be of one size. */
export function joinFrames(parts: readonly Frames[]): Frames {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no frames to join');
  const data = new Uint8Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let end = 0;
  for (const part of parts) {
    data.set(part.data, end);
    end += part.data.length;
  }
  return { ...first, data, count: parts.reduce((sum, { count }) => sum + count, 0) };
}

/** One frame, `count` times. */
export function repeatFrame(frame: Frames | FloatFrames, count: number): Frames | FloatFrames {
  if (count === 1) return frame;
  const { height, width } = frame;
  const length = frame.data.length * count;
  if (frame.data instanceof Float32Array)
    return { data: filled(new Float32Array(length), frame.data), count, height, width };
  return { data: filled(new Uint8Array(length), frame.data), count, height, width };
}

function filled<Data extends Uint8Array | Float32Array>(all: Data, one: Data): Data {
  for (let start = 0; start < all.length; start += one.length) all.set(one, start);
  return all;
}
