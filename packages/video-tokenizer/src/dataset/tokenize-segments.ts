import type { Dataset, Frames, TokenGrids } from '@borealis/dataset';
import { BLOCK, CLIP_FRAMES, GRID_KINDS } from '../block/block-geometry.ts';
import { checkOffset, cutSegment, frameSizeOf, readClips } from './segment-clips.ts';
import type { SegmentCut, VideoSource } from './segment-clips.ts';

export interface TokenizeSegmentsOptions {
  /** Clips of 17 frames to three grids each: a tokenizer's first half. */
  readonly encode: (frames: Frames) => Promise<TokenGrids>;
  /** Raw data. */
  readonly dataset: VideoSource & Pick<Dataset, 'readStates'>;
  /** Frames skipped at the beginning of each segment, in [0, 17): 0 unless told. Others give other tokens. */
  readonly offset?: number;
  /** Told of each segment, those too that are too short to give any tokens. */
  readonly onSegment?: (segment: CutOfSegment) => void;
}

/** Which frames of a segment became tokens. */
export interface CutOfSegment extends SegmentCut {
  /** Which of `dataset.segments`. */
  readonly segment: number;
  readonly shard: number;
  /** Frames that there are tokens of: `17 · clips`. */
  readonly frames: number;
}

/** A segment in tokens, as `writeTokenizedDataset` takes them. */
export interface TokenizedVideoSegment extends CutOfSegment {
  /** `[frames 25]` */
  readonly states: Float32Array;
  /** `[3·clips h/8 w/8]` */
  readonly tokens: TokenGrids;
}

/**
 * Tokens of raw data, segment by segment: each is cut into clips of 17 frames from its beginning, and the tail short
 * of 17 frames dropped. Segments without a whole clip are left out. No numbers for the segment index file are given:
 * whoever writes several offsets into one dataset lets the writer count and keeps `segment` and `start` beside it.
 *
 * @throws VideoTokenizerError `frames`, `option`; what reading throws
 */
export async function* tokenizeSegments(
  options: TokenizeSegmentsOptions,
): AsyncGenerator<TokenizedVideoSegment> {
  const { encode, dataset, offset = 0, onSegment } = options;
  checkOffset(offset);
  const size = frameSizeOf(dataset);
  const grid = { height: size.height / BLOCK, width: size.width / BLOCK };
  for (const [number, segment] of dataset.segments.entries()) {
    const { shard } = segment;
    const cut = cutSegment(segment, offset);
    const place: CutOfSegment = { ...cut, segment: number, shard, frames: cut.clips * CLIP_FRAMES };
    onSegment?.(place);
    if (cut.clips === 0) continue;
    const count = cut.clips * GRID_KINDS.length;
    const data = new Int32Array(count * grid.height * grid.width);
    let to = 0;
    for await (const frames of readClips(dataset, shard, cut)) {
      const tokens = await encode(frames);
      data.set(tokens.data, to);
      to += tokens.data.length;
    }
    const states = await dataset.readStates(shard, cut.start, place.frames);
    yield { ...place, states, tokens: { data, count, ...grid } };
  }
}
