import type { Frames, TokenGrids } from '@borealis/dataset';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';

/** Side of a block in pixels, and its length in frames but for the first frame of a clip. */
export const BLOCK = 8;

export const CHANNELS = 3;

/** Numbers of one frame of a block, `[y x c]`. */
export const BLOCK_NUMBERS = BLOCK * BLOCK * CHANNELS;

/** Frames that three grids stand for. */
export const CLIP_FRAMES = 17;

/** Which grid of a triple: 0 stands for the first frame by itself, 1 and 2 for the 8 frames after it each. */
export type GridKind = 0 | 1 | 2;

/** First frame in the clip, and number of frames, of each kind of grid. */
export const GRID_KINDS = [
  { kind: 0, first: 0, frames: 1 },
  { kind: 1, first: 1, frames: 8 },
  { kind: 2, first: 9, frames: 8 },
] as const;

/** Height and width of a grid, in blocks. */
export interface GridSize {
  readonly height: number;
  readonly width: number;
}

/**
 * The size of the grids that clips give.
 *
 * @throws VideoTokenizerError `frames` unless sides are multiples of 8, frames whole clips of 17, and all bytes there
 */
export function gridSizeOf({ data, count, height, width }: Frames): GridSize {
  if (!isMultiple(height, BLOCK) || !isMultiple(width, BLOCK)) {
    throw new VideoTokenizerError(
      'frames',
      `Frames of ${height}x${width} have no whole 8x8 blocks: crop or scale them to multiples of 8.`,
    );
  }
  if (!isMultiple(count, CLIP_FRAMES)) {
    throw new VideoTokenizerError(
      'frames',
      `${count} frames are no whole clips of ${CLIP_FRAMES}: cut them per segment and drop what is left over.`,
    );
  }
  if (data.length !== count * height * width * CHANNELS) {
    throw new VideoTokenizerError(
      'frames',
      `${count} frames of ${height}x${width} RGB take ${count * height * width * CHANNELS} bytes, not ${data.length}.`,
    );
  }
  return { height: height / BLOCK, width: width / BLOCK };
}

/** @throws VideoTokenizerError `tokens` unless there are some grids, with all their codes */
export function checkGrids({ data, count, height, width }: TokenGrids): void {
  if (![count, height, width].every((n) => isMultiple(n, 1)) || data.length !== count * height * width) {
    throw new VideoTokenizerError('tokens', `${count} grids of ${height}x${width} in ${data.length} codes.`);
  }
}

function isMultiple(value: number, of: number): boolean {
  return Number.isInteger(value) && value > 0 && value % of === 0;
}
