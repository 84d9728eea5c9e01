import { MetricsError } from './metrics-error.ts';

/** Sample values: bytes 0–255, or floats in whatever range the function says. */
export type Samples = Uint8Array | Uint8ClampedArray | Float32Array | Float64Array;

/**
 * One picture or a run of frames, channels last: `data: [t h w c]`.
 * `Frames` of `@borealis/dataset` are of this form.
 */
export interface Pictures {
  readonly data: Samples;
  /** Number of frames t; 1 where it is left out. */
  readonly count?: number;
  readonly height: number;
  readonly width: number;
  /** Channels c; 3 where it is left out. */
  readonly channels?: number;
}

export interface PictureShape {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Values in one frame: h · w · c. */
  readonly frameSize: number;
}

/**
 * The shape that both sides share.
 *
 * @throws {MetricsError} `shape-mismatch` where the sides differ or the data has another length than its shape says; `empty` where there is nothing to compare.
 */
export function sharedShape(predicted: Pictures, target: Pictures): PictureShape {
  const [a, b] = [shapeOf(predicted, 'predicted'), shapeOf(target, 'target')];
  for (const axis of ['count', 'height', 'width', 'channels'] as const) {
    if (a[axis] !== b[axis]) {
      throw new MetricsError(
        'shape-mismatch',
        `predicted frames are ${describe(a)} and target frames ${describe(b)}: ${axis} differs. Compare frames of the same shape.`,
      );
    }
  }
  return a;
}

function shapeOf(pictures: Pictures, side: string): PictureShape {
  const { data, count = 1, height, width, channels = 3 } = pictures;
  const frameSize = height * width * channels;
  const shape = { count, height, width, channels, frameSize };
  if (data.length !== count * frameSize) {
    throw new MetricsError(
      'shape-mismatch',
      `${side} frames hold ${data.length} values, their shape ${describe(shape)} asks for ${count * frameSize}.`,
    );
  }
  if (data.length === 0) {
    throw new MetricsError('empty', `${side} frames are empty (${describe(shape)}): nothing to compare.`);
  }
  return shape;
}

function describe(shape: Omit<PictureShape, 'frameSize'>): string {
  return `[t ${shape.count}, h ${shape.height}, w ${shape.width}, c ${shape.channels}]`;
}
