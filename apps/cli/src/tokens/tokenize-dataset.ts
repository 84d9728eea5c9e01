import { join } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import type { Dataset, WriteSummary } from '@borealis/dataset';
import { writeTokenizedDataset } from '@borealis/dataset';
import type { TokenizedVideoSegment } from '@borealis/video-tokenizer';
import { tokenizeSegments } from '@borealis/video-tokenizer';
import type { TokenCodec } from './token-codec.ts';

/** Frames in a shard of tokens: 12 MB of tokens at 256×256 pixels. */
const FRAMES_PER_SHARD = 17_000;

export interface TokenizeDatasetOptions {
  /** Raw data. */
  readonly dataset: Dataset;
  readonly codec: Pick<TokenCodec, 'encode' | 'hash'>;
  /** Where the tokens go; must hold no dataset yet. */
  readonly dir: string;
  /** Frames skipped at the beginning of each segment; each offset gives tokens of its own. */
  readonly offsets: readonly number[];
  readonly onProgress?: (message: string) => void;
}

export interface TokenizeSummary extends WriteSummary {
  /** Frames at the ends of segments, short of 17, that no token stands for. */
  readonly droppedFrames: number;
}

/** Where a segment of the tokens comes from; `sources.json` lists it beside them. */
interface SegmentSource {
  /** Which of the raw data's segments, and its number in the segment index file. */
  readonly segment: number;
  readonly id: number;
  readonly shard: number;
  readonly start: number;
  readonly frames: number;
}

/** Tokenizes a raw dataset at one or several offsets, with `sources.json` beside the tokens. */
export async function tokenizeDataset(options: TokenizeDatasetOptions): Promise<TokenizeSummary> {
  const { dataset, codec, dir, offsets, onProgress } = options;
  const sources: SegmentSource[] = [];
  let dropped = 0;

  async function* segments(): AsyncGenerator<TokenizedVideoSegment> {
    for (const [i, offset] of offsets.entries()) {
      const onSegment = ({ segment, start, frames }: { segment: number; start: number; frames: number }) => {
        const { frames: all, start: first } = dataset.segments[segment] ?? { frames: 0, start: 0 };
        dropped += all - (start - first) - frames;
        onProgress?.(
          `offset ${i + 1} of ${offsets.length}, segment ${segment + 1} of ${dataset.segments.length}`,
        );
      };
      for await (const segment of tokenizeSegments({ encode: codec.encode, dataset, offset, onSegment })) {
        const { segment: number, shard, start, frames } = segment;
        const { id = number } = dataset.segments[number] ?? {};
        sources.push({ segment: number, id, shard, start, frames });
        yield segment;
      }
    }
  }

  const tokenizer = codec.hash;
  const written = await writeTokenizedDataset(anonymous(segments()), {
    dir,
    layout: 'flat',
    framesPerShard: FRAMES_PER_SHARD,
    hz: dataset.hz,
    metadata: { tokenizer },
  });
  await writeFileAtomic(join(dir, 'sources.json'), JSON.stringify({ tokenizer, offsets, segments: sources }));
  return { ...written, droppedFrames: dropped };
}

/** The writer numbers the segments: at several offsets the source's numbers would repeat. */
async function* anonymous(segments: AsyncIterable<TokenizedVideoSegment>) {
  for await (const { tokens, states } of segments) yield { tokens, states };
}
