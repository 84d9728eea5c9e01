import { checkFrames } from './frames.ts';
import type { Frames } from './frames.ts';
import { ReportError } from './report-error.ts';

/** Every pixel as a square of `scale` × `scale`. @throws {ReportError} `out-of-range`, `shape-mismatch`, `empty` */
export function enlargeFrames(frames: Frames, scale: number): Frames {
  checkFrames(frames);
  if (!Number.isInteger(scale) || scale < 1) {
    throw new ReportError('out-of-range', `scale ${scale}: expected a whole number of at least 1.`);
  }
  if (scale === 1) return frames;
  const { count, height, width } = frames;
  const data = new Uint8Array(frames.data.length * scale * scale);
  const stride = width * scale * 3;
  for (let row = 0; row < count * height; row++) {
    const first = data.subarray(row * scale * stride, (row * scale + 1) * stride);
    for (let i = 0; i < stride; i += 3) {
      const from = (row * width + Math.floor(i / (3 * scale))) * 3;
      first.set(frames.data.subarray(from, from + 3), i);
    }
    for (let copy = 1; copy < scale; copy++) data.set(first, (row * scale + copy) * stride);
  }
  return { data, count, height: height * scale, width: width * scale };
}
