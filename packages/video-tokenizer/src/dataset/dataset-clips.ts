import type { Frames } from '@borealis/dataset';
import { CLIP_FRAMES } from '../block/block-geometry.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { checkOffset, cutSegment, frameSizeOf, readClips } from './segment-clips.ts';
import type { SegmentCut, VideoSource } from './segment-clips.ts';

export interface DatasetClipsOptions {
  /** Frames skipped at the beginning of each segment, in [0, 17): 0 unless told. */
  readonly offset?: number;
  /** At most so many clips, evenly spread over the dataset; all unless told. */
  readonly maxClips?: number;
}

/**
 * Clips of 17 frames of a raw dataset, cut per segment, as `fitBlockFsq` takes them: the same at each call.
 *
 * @throws VideoTokenizerError `frames`, `option`
 */
export function datasetClips(
  source: VideoSource,
  { offset = 0, maxClips = Infinity }: DatasetClipsOptions = {},
): () => AsyncIterable<Frames> {
  checkOffset(offset);
  frameSizeOf(source);
  if (!(maxClips >= 1)) {
    throw new VideoTokenizerError('option', `maxClips must be at least 1, not ${maxClips}.`);
  }
  const cuts = source.segments.map((segment) => ({ shard: segment.shard, cut: cutSegment(segment, offset) }));
  const total = cuts.reduce((sum, { cut }) => sum + cut.clips, 0);
  if (total <= maxClips) {
    return async function* () {
      for (const { shard, cut } of cuts) yield* readClips(source, shard, cut);
    };
  }
  const count = Math.floor(maxClips);
  const chosen = new Set(Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * total) / count)));
  return async function* () {
    let number = 0;
    for (const { shard, cut } of cuts) {
      for (let clip = 0; clip < cut.clips; clip++, number++) {
        if (chosen.has(number)) yield* readClips(source, shard, oneClip(cut, clip));
      }
    }
  };
}

function oneClip(cut: SegmentCut, clip: number): SegmentCut {
  return { ...cut, start: cut.start + clip * CLIP_FRAMES, clips: 1 };
}
