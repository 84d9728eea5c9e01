import { checkFrames } from './frames.ts';
import type { Frames } from './frames.ts';
import { ReportError } from './report-error.ts';

/**
 * |a − b| of each channel, made brighter so that errors show on black.
 *
 * @param options `gain`: factor, default 4; what exceeds 255 stays there
 * @returns `[t h w 3]`
 * @throws {ReportError} `shape-mismatch`, `empty`
 */
export function differenceFrames(a: Frames, b: Frames, options: { readonly gain?: number } = {}): Frames {
  const { gain = 4 } = options;
  checkFrames(a, 'the first frames');
  checkFrames(b, 'the second frames');
  const { count, height, width } = a;
  if (b.count !== count || b.height !== height || b.width !== width) {
    throw new ReportError(
      'shape-mismatch',
      `the difference of ${count} frames of ${width} × ${height} and ${b.count} of ${b.width} × ${b.height}: expected the same shape.`,
    );
  }
  const data = new Uint8ClampedArray(a.data.length);
  for (let i = 0; i < data.length; i++) data[i] = gain * Math.abs((a.data[i] ?? 0) - (b.data[i] ?? 0));
  return { data: new Uint8Array(data.buffer), count, height, width };
}
