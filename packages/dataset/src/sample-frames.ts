import { DatasetError } from './dataset-error.ts';
import type { Dataset } from './dataset.ts';
import type { Frames } from './window.ts';

/** One frame to look at, and where it is from. */
export interface SampledFrame {
  /** `[1 h w c]` */
  readonly frame: Frames;
  readonly shard: number;
  /** Which of `dataset.segments`. */
  readonly segment: number;
  /** Counted in the shard. */
  readonly index: number;
  /** Such as `shard 0 · segment 3 · frame 512`; the segment by the number in its file. */
  readonly label: string;
}

/**
 * `count` frames spread evenly over the segments of raw data, for a contact sheet: each from the middle of its part.
 * Throws `content` for tokenized data, whose pictures only a tokenizer can make.
 */
export async function sampleFrames(dataset: Dataset, count: number): Promise<SampledFrame[]> {
  if (!Number.isInteger(count) || count < 1) {
    throw new DatasetError('range', `Ask for one frame or more, not ${count}.`);
  }
  const samples: SampledFrame[] = [];
  const { segments } = dataset;
  for (let i = 0; i < count; i++) {
    const position = ((i + 0.5) / count) * segments.length; // in segments
    const number = Math.min(segments.length - 1, Math.floor(position));
    const segment = segments[number];
    if (segment === undefined) break;
    const index =
      segment.start + Math.min(segment.frames - 1, Math.floor((position - number) * segment.frames));
    const frame = await dataset.readFrames(segment.shard, index, 1);
    const label = `shard ${segment.shard} · segment ${segment.id} · frame ${index}`;
    samples.push({ frame, shard: segment.shard, segment: number, index, label });
  }
  return samples;
}
