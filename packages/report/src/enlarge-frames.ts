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
    const start = row * scale * stride;
    let to = start;
    for (let from = row * width * 3; from < (row + 1) * width * 3; from += 3) {
      for (let copy = 0; copy < scale; copy++) {
        data[to++] = frames.data[from] ?? 0;
        data[to++] = frames.data[from + 1] ?? 0;
        data[to++] = frames.data[from + 2] ?? 0;
      }
    }
    for (let copy = 1; copy < scale; copy++)
      data.copyWithin(start + copy * stride, start, start + stride);
  }
  return { data, count, height: height * scale, width: width * scale };
}
