import { EnsembleError } from './ensemble-error.ts';

export interface Shape {
  /** Number of frames t. */
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** RGB frames `[t h w 3]`, 8 bits; `Frames` of `@borealis/dataset`. */
export interface Frames extends Shape {
  readonly data: Uint8Array;
}

/** RGB frames `[t h w 3]` in [0, 255], not rounded. */
export interface FloatFrames extends Shape {
  readonly data: Float32Array;
}

export const CHANNELS = 3;

/** @throws {EnsembleError} `shape-mismatch` where the data has another length than its shape; `empty` for no frames */
export function checkFrames(frames: Frames | FloatFrames): void {
  const { data, count, height, width } = frames;
  const expected = count * height * width * CHANNELS;
  if (data.length !== expected) {
    throw new EnsembleError(
      'shape-mismatch',
      `frames hold ${data.length} values, ${shapeText(frames)} asks for ${expected}.`,
    );
  }
  if (expected === 0) throw new EnsembleError('empty', `there are no frames (${shapeText(frames)}).`);
}

/** @throws {EnsembleError} `shape-mismatch` naming both shapes */
export function checkSameShape(a: Shape, b: Shape, what: string): void {
  if (a.count === b.count && a.height === b.height && a.width === b.width) return;
  throw new EnsembleError(
    'shape-mismatch',
    `${what}: ${shapeText(a)} and ${shapeText(b)}; expected the same shape.`,
  );
}

function shapeText({ count, height, width }: Shape): string {
  return `[t ${count}, h ${height}, w ${width}, c ${CHANNELS}]`;
}
