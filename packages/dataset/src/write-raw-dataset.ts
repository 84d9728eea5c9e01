import { writeAtomicFile } from './atomic-file.ts';
import { DatasetError } from './dataset-error.ts';
import { DEFAULT_HZ } from './facts.ts';
import { createVideoEncoding } from './video/encode-video.ts';
import type { Frames } from './window.ts';
import { writeShards } from './write-shards.ts';
import type { SegmentToWrite, WriteDatasetOptions, WriteSummary } from './write-shards.ts';

/** A segment in pictures, with a state for each. */
export interface RawSegment extends SegmentToWrite {
  readonly frames: Frames;
}

export interface WriteRawDatasetOptions extends WriteDatasetOptions {
  /** See `writeVideo`. */
  readonly bitsPerPixel?: number;
}

/**
 * Writes raw data in the v2.0 format, one H.264 video per shard with a key frame at the start of each segment. Encoding
 * loses detail. A shard's encoded video is held in memory until the shard is done. Throws `input`, `exists`, `video` or `io`.
 */
export async function writeRawDataset(
  segments: AsyncIterable<RawSegment> | Iterable<RawSegment>,
  options: WriteRawDatasetOptions,
): Promise<WriteSummary> {
  let size: { width: number; height: number } | undefined;
  return writeShards(segments, options, {
    form: 'raw',
    frameCount({ frames }) {
      const { width, height } = frames;
      size ??= { width, height };
      if (width !== size.width || height !== size.height) {
        throw new DatasetError(
          'input',
          `Frames of ${width}x${height} after frames of ${size.width}x${size.height}.`,
        );
      }
      return frames.count;
    },
    open(path, { frames: { width, height } }) {
      const { hz: fps = DEFAULT_HZ, bitsPerPixel } = options;
      const encoding = createVideoEncoding({
        width,
        height,
        fps,
        ...(bitsPerPixel === undefined ? {} : { bitsPerPixel }),
      });
      return Promise.resolve({
        append: ({ frames }) => encoding.append(frames),
        async commit() {
          await writeAtomicFile(path, await encoding.finish());
          encoding.close();
        },
        discard() {
          encoding.close();
          return Promise.resolve();
        },
      });
    },
    metadata: () => ({}),
  });
}
