import sharp from 'sharp';
import { checkFrames, frameAt } from './frames.ts';
import type { Frames } from './frames.ts';
import { ReportError } from './report-error.ts';

/** A picture ready to be written to a file or put on a page. */
export interface Png {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * One frame as PNG, losslessly.
 *
 * @param frames `[t h w 3]`
 * @param options `index` of the frame (default 0); `scale`: whole-number enlargement with hard pixel edges (default 1)
 * @throws {ReportError} `shape-mismatch`, `empty`, `out-of-range`
 */
export async function encodePng(
  frames: Frames,
  options: { readonly index?: number; readonly scale?: number } = {},
): Promise<Png> {
  const { index = 0, scale = 1 } = options;
  checkFrames(frames);
  if (!Number.isInteger(scale) || scale < 1) {
    throw new ReportError('out-of-range', `scale ${scale}: expected a whole number of at least 1.`);
  }
  const { data, height, width } = frameAt(frames, index);
  let picture = sharp(data, { raw: { width, height, channels: 3 } });
  if (scale > 1) picture = picture.resize(width * scale, height * scale, { kernel: 'nearest' });
  const png = await picture.png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
  return { png: new Uint8Array(png), width: width * scale, height: height * scale };
}
