import { MetricsError } from './metrics-error.ts';
import type { Samples } from './pictures.ts';

/**
 * Values rounded to 8 bits: clamped to 0–255, halves to even (as NumPy and torch round). Bytes pass unchanged.
 *
 * @throws {MetricsError} `not-finite` for NaN, which would become black without a word.
 */
export function roundToBytes(values: Samples): Uint8Array | Uint8ClampedArray {
  if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) return values;
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) {
      throw new MetricsError(
        'not-finite',
        `value ${i} of ${values.length} is NaN: expected a brightness in [0, 255].`,
      );
    }
    bytes[i] = value;
  }
  return bytes;
}
