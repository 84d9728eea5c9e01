import { EnsembleError } from './ensemble-error.ts';
import { checkFrames } from './frames.ts';
import type { FloatFrames, Frames } from './frames.ts';

/**
 * Frames rounded to 8 bits, halves to even, clamped to 0–255: the last step of every ensemble, and the only rounding.
 *
 * @throws {EnsembleError} `not-finite` for NaN, which would become black without a word
 */
export function roundFrames(frames: FloatFrames): Frames {
  checkFrames(frames);
  const { count, height, width } = frames;
  const bad = firstNaN(frames.data);
  if (bad >= 0) {
    throw new EnsembleError(
      'not-finite',
      `value ${bad} of ${frames.data.length} is NaN: expected a brightness in [0, 255].`,
    );
  }
  const clamped = new Uint8ClampedArray(frames.data);
  return { data: new Uint8Array(clamped.buffer), count, height, width };
}

/** −1 where there is none. */
function firstNaN(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return i;
  return -1;
}
