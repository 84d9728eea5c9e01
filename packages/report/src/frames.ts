import { ReportError } from './report-error.ts';

/** RGB frames `[t h w 3]`, 8 bits; `Frames` of `@borealis/dataset`. */
export interface Frames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** @throws {ReportError} `shape-mismatch` where the data has another length than its shape; `empty` for no frames */
export function checkFrames(frames: Frames, what = 'frames'): void {
  const { data, count, height, width } = frames;
  const expected = count * height * width * 3;
  if (data.length !== expected) {
    throw new ReportError(
      'shape-mismatch',
      `${what} hold ${data.length} bytes, [t ${count}, h ${height}, w ${width}, c 3] asks for ${expected}.`,
    );
  }
  if (expected === 0) throw new ReportError('empty', `${what} are empty: [t ${count}, h ${height}, w ${width}, c 3].`);
}

/** One of the frames, without copying. @throws {ReportError} `out-of-range` */
export function frameAt(frames: Frames, index: number): Frames {
  const { data, count, height, width } = frames;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ReportError('out-of-range', `frame ${index} of ${count}: expected 0 to ${count - 1}.`);
  }
  const size = height * width * 3;
  return { data: data.subarray(index * size, (index + 1) * size), count: 1, height, width };
}
