import type { Dataset, Frames, Segment } from '@borealis/dataset';
import { BLOCK_NUMBERS, BLOCK, CLIP_FRAMES, CHANNELS } from '../block/block-geometry.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';

/** What is read of a dataset. */
export type VideoSource = Pick<Dataset, 'dir' | 'form' | 'frameSize' | 'segments' | 'readFrames'>;

/** Bytes of pixels read at a time, unless one clip has more. */
const READ_BYTES = 32 * 2 ** 20;

/** The part of a segment that is cut into clips. */
export interface SegmentCut {
  /** First frame, counted in the shard. */
  readonly start: number;
  /** Whole clips. */
  readonly clips: number;
  /** Frames left out before the first clip, and after the last. */
  readonly skippedFrames: number;
  readonly droppedFrames: number;
}

/** Cuts a segment into clips of 17 frames from its frame `offset` on. */
export function cutSegment(segment: Segment, offset: number): SegmentCut {
  const skippedFrames = Math.min(offset, segment.frames);
  const clips = Math.floor((segment.frames - skippedFrames) / CLIP_FRAMES);
  return {
    start: segment.start + skippedFrames,
    clips,
    skippedFrames,
    droppedFrames: segment.frames - skippedFrames - clips * CLIP_FRAMES,
  };
}

/** Reads the clips of a cut, several at a time. */
export async function* readClips(
  source: VideoSource,
  shard: number,
  cut: SegmentCut,
): AsyncGenerator<Frames> {
  const { height, width } = frameSizeOf(source);
  const atOnce = Math.max(1, Math.floor(READ_BYTES / (CLIP_FRAMES * height * width * CHANNELS)));
  for (let clip = 0; clip < cut.clips; clip += atOnce) {
    const count = Math.min(atOnce, cut.clips - clip) * CLIP_FRAMES;
    yield await source.readFrames(shard, cut.start + clip * CLIP_FRAMES, count);
  }
}

/** @throws VideoTokenizerError `frames` where there are no pictures, or none that 8×8 blocks divide */
export function frameSizeOf({ dir, form, frameSize }: VideoSource): { height: number; width: number } {
  if (form !== 'raw' || frameSize === undefined) {
    throw new VideoTokenizerError('frames', `${dir} holds tokens, not video: there is nothing to encode.`);
  }
  const { height, width } = frameSize;
  if ((height * width * CHANNELS) % BLOCK_NUMBERS !== 0 || height % BLOCK !== 0 || width % BLOCK !== 0) {
    throw new VideoTokenizerError(
      'frames',
      `${dir} has frames of ${height}x${width}, which 8x8 blocks don't divide.`,
    );
  }
  return { height, width };
}

/** @throws VideoTokenizerError `option` unless offset is in [0, 17) */
export function checkOffset(offset: number): void {
  if (Number.isInteger(offset) && offset >= 0 && offset < CLIP_FRAMES) return;
  throw new VideoTokenizerError('option', `The offset must be a whole number from 0 to 16, not ${offset}.`);
}
