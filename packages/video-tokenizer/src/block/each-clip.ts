import type { Frames } from '@borealis/dataset';
import { CLIP_FRAMES, gridSizeOf } from './block-geometry.ts';
import type { GridSize } from './block-geometry.ts';

/** One clip of 17 frames. */
export interface Clip {
  /** `[17 h w c]` */
  readonly bytes: Uint8Array;
  readonly grid: GridSize;
}

/**
 * Cuts frames into clips of 17, without copying.
 *
 * @throws VideoTokenizerError `frames`
 */
export function* eachClip(frames: Frames): Generator<Clip> {
  const grid = gridSizeOf(frames);
  const length = frames.data.length / (frames.count / CLIP_FRAMES);
  for (let from = 0; from < frames.data.length; from += length) {
    yield { bytes: frames.data.subarray(from, from + length), grid };
  }
}
