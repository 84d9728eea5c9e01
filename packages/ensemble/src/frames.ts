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

/** One number for each pixel, `[t h w]`. */
export interface PixelMap extends Shape {
  readonly data: Float32Array;
}

export const CHANNELS = 3;

/** @throws {EnsembleError} `shape-mismatch` where the data has another length than its shape; `empty` for no frames */
export function checkFrames(frames: Frames | FloatFrames): void {
  checkSize(frames, frames.data.length);
}

/** The same of any `[t h w 3]` values. */
export function checkSize(shape: Shape, values: number): void {
  const expected = shape.count * shape.height * shape.width * CHANNELS;
  if (values !== expected) {
    throw new EnsembleError(
      'shape-mismatch',
      `frames hold ${values} values, ${shapeText(shape)} asks for ${expected}.`,
    );
  }
  if (expected === 0) throw new EnsembleError('empty', `there are no frames (${shapeText(shape)}).`);
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
