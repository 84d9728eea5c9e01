import type { Frames } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';

/** Frames of several, one after the other, `[t h w 3]`; they must be of one size. */
export function joinFrames<Part extends Frames | FloatFrames>(parts: readonly Part[]): Part {
  const [first] = parts;
  if (first === undefined) throw new RangeError('no frames to join');
  const length = parts.reduce((sum, part) => sum + part.data.length, 0);
  const data = first.data instanceof Float32Array ? new Float32Array(length) : new Uint8Array(length);
  let end = 0;
  for (const part of parts) {
    data.set(part.data, end);
    end += part.data.length;
  }
  return { ...first, data, count: parts.reduce((sum, { count }) => sum + count, 0) };
}

/** One frame, `count` times. */
export function repeatFrame(frame: Frames | FloatFrames, count: number): Frames | FloatFrames {
  return count === 1 ? frame : joinFrames(Array.from({ length: count }, () => frame));
}
