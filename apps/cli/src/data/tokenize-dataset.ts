import { join } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import type { Dataset, WriteSummary } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, writeTokenizedDataset } from '@borealis/dataset';
import { writeSafetensors } from '@borealis/safetensors';
import type { BlockFsqWeights, TokenizedVideoSegment } from '@borealis/video-tokenizer';
import { contentHash, tokenizeSegments, toTensorData } from '@borealis/video-tokenizer';

export interface TokenizeDatasetOptions {
  readonly dataset: Dataset;
  readonly weights: BlockFsqWeights;
  readonly out: string;
  /** Frames skipped at the beginning of segments: for each all of the dataset is tokenized anew. */
  readonly offsets: readonly number[];
  /** Told before each segment. */
  readonly onSegment?: (done: number, total: number) => void;
}

export interface TokenizeSummary extends WriteSummary {
  /** Too short for 17 frames. */
  readonly segmentsWithoutTokens: number;
  /** At the ends of segments, short of 17. */
  readonly framesDropped: number;
}

/** What a segment of the tokenized data was made from. */
interface Source {
  /** Which of the raw dataset's segments. */
  readonly segment: number;
  readonly shard: number;
  readonly start: number;
  readonly frames: number;
  readonly offset: number;
}

const FRAMES_PER_SHARD = FRAMES_PER_TRIPLE * 2000;

/**
 * Writes raw data as tokens in the v2.0 format. Beside it lie `tokenizer.safetensors`, and `sources.json`: which frames
 * each segment was made from, for with several offsets many are made from the same.
 */
export async function tokenizeDataset(options: TokenizeDatasetOptions): Promise<TokenizeSummary> {
  const { dataset, weights, out, offsets, onSegment } = options;
  const sources: Source[] = [];
  let [done, segmentsWithoutTokens, framesDropped] = [0, 0, 0];

  async function* segments(): AsyncGenerator<TokenizedVideoSegment> {
    for (const offset of offsets) {
      const tokenized = tokenizeSegments({
        weights,
        dataset,
        offset,
        onSegment: ({ clips, droppedFrames }) => {
          onSegment?.(done++, offsets.length * dataset.segments.length);
          framesDropped += droppedFrames;
          if (clips === 0) segmentsWithoutTokens++;
        },
      });
      for await (const segment of tokenized) {
        const { segment: number, shard, start, frames } = segment;
        sources.push({ segment: number, shard, start, frames, offset });
        yield segment;
      }
    }
    // Before metadata.json, which the writer puts last: a dataset that can be opened has these, too.
    const { tensors, metadata } = toTensorData(weights);
    await writeSafetensors(join(out, 'tokenizer.safetensors'), tensors, { metadata });
    await writeFileAtomic(join(out, 'sources.json'), `${JSON.stringify(sources)}\n`);
  }

  const summary = await writeTokenizedDataset(segments(), {
    dir: out,
    layout: 'flat',
    framesPerShard: FRAMES_PER_SHARD,
    hz: dataset.hz,
    metadata: { tokenizer: contentHash(weights), offsets },
  });
  return { ...summary, segmentsWithoutTokens, framesDropped };
}
