import { DatasetError } from './dataset-error.ts';
import type { Dataset } from './dataset.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from './facts.ts';
import { openPositionedFile } from './positioned-file.ts';
import { errorFrom } from './problem.ts';
import { createResourcePool } from './resource-pool.ts';
import { STATE_COUNT } from './state-names.ts';
import { surveyDataset } from './survey-dataset.ts';
import type { Shard } from './survey-shard.ts';
import { checkCodes, checkStates } from './value-checks.ts';
import { openVideo } from './video/open-video.ts';
import { createWindowIndex, tripleSpan } from './window-index.ts';
import type { WindowPlace } from './window-index.ts';
import type { Window, WindowSpec } from './window.ts';

export interface OpenDatasetOptions {
  /** Videos open at once: 3 unless told. Each has a decoder and a cache. */
  readonly openVideos?: number;
  /** Decoded frames kept per open video, in bytes: 64 MiB unless told. */
  readonly cacheBytesPerVideo?: number;
}

/** Binary files open at once. */
const MAX_OPEN_FILES = 64;

/**
 * Opens one split of 1X data: v2.0 raw or tokenized, flat or foldered, or test clips. Every file's size and frame count
 * is checked; values are checked when they are read (all of them: `validateDataset`). Throws a `DatasetError` that names
 * the first file that doesn't fit.
 */
export async function openDataset(dir: string, options: OpenDatasetOptions = {}): Promise<Dataset> {
  const { survey, problems } = await surveyDataset(dir);
  const error = errorFrom(dir, problems);
  if (error !== undefined) throw error;
  if (survey === undefined) throw new DatasetError('metadata', `${dir} can't be opened.`);
  const { form, layout, hz, tokenShape, frameSize, metadata, metadataFile, shards, segments } = survey;

  let closed = false;
  const { openVideos = 3, cacheBytesPerVideo } = options;
  const cache = cacheBytesPerVideo === undefined ? {} : { cacheBytes: cacheBytesPerVideo };
  const videos = createResourcePool(openVideos, (path) => openVideo(path, cache));
  const files = createResourcePool(MAX_OPEN_FILES, openPositionedFile);

  /** The shard, after checking that `count` of something from `start` on lie in it. */
  function shardFor(
    index: number,
    what: string,
    range: { start: number; count: number; total: (shard: Shard) => number },
  ): Shard {
    if (closed) throw new DatasetError('closed', `The dataset ${dir} was closed.`);
    const shard = shards[index];
    if (shard === undefined) {
      throw new DatasetError(
        'range',
        `${dir} has shards 0 to ${shards.length - 1}; ${index} was asked for.`,
        { shard: index },
      );
    }
    const { start, count } = range;
    const total = range.total(shard);
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(count) ||
      start < 0 ||
      count < 0 ||
      start + count > total
    ) {
      throw new DatasetError(
        'range',
        `Shard ${index} of ${dir} has ${total} ${what}; ${count} from ${start} on were asked for.`,
        {
          shard: index,
          frame: start,
        },
      );
    }
    return shard;
  }

  function requireForm(wanted: typeof form, what: string): void {
    if (form !== wanted) throw new DatasetError('content', `${dir} is ${form} data and holds no ${what}.`);
  }

  async function readWindow(spec: WindowSpec, { shard, segment, start }: WindowPlace): Promise<Window> {
    const { frames: frameCount, content } = spec;
    const available = Math.min(frameCount, (shards[shard]?.frameCount ?? 0) - start);
    const [states, pictures] = await Promise.all([
      dataset.readStates(shard, start, frameCount),
      content === 'frames'
        ? dataset.readFrames(shard, start, available).then((frames) => ({ frames }))
        : dataset
            .readTokens(shard, start / FRAMES_PER_TRIPLE, frameCount / FRAMES_PER_TRIPLE)
            .then((tokens) => ({ tokens })),
    ]);
    checkStates(states, { file: shards[shard]?.files.states ?? dir, shard, start });
    return { shard, segment, start, states, frameCount, ...pictures };
  }

  const dataset: Dataset = {
    dir,
    form,
    layout,
    hz,
    frameCount: shards.reduce((sum, shard) => sum + shard.frameCount, 0),
    frameSize,
    tokenShape: form === 'tokenized' ? tokenShape : undefined,
    metadata,
    files: [
      metadataFile,
      ...shards.flatMap(({ files: { metadata: own, segments: index, states, video } }) =>
        [own, index, states, video].filter((path) => path !== undefined),
      ),
    ],
    shards,
    segments,
    async readFrames(index, start, count) {
      requireForm('raw', 'frames');
      const shard = shardFor(index, 'frames', { start, count, total: (s) => s.frameCount });
      return videos.use(shard.files.video, (video) => video.read(start, count));
    },
    async readTokens(index, triple, count) {
      requireForm('tokenized', 'tokens');
      const total = (shard: Shard): number => Math.ceil(shard.frameCount / FRAMES_PER_TRIPLE);
      const shard = shardFor(index, 'grid triples', { start: triple, count, total });
      const [, height, width] = tokenShape;
      const tripleBytes = GRIDS_PER_TRIPLE * height * width * 4;
      const bytes = await files.use(shard.files.video, (file) =>
        file.read(triple * tripleBytes, count * tripleBytes),
      );
      const data = new Int32Array(bytes.buffer);
      checkCodes(data, { file: shard.files.video, shard: index, byte: triple * tripleBytes });
      return { data, count: count * GRIDS_PER_TRIPLE, height, width };
    },
    async readStates(index, start, count) {
      const shard = shardFor(index, 'states', { start, count, total: (s) => s.stateCount });
      const row = STATE_COUNT * 4;
      const bytes = await files.use(shard.files.states, (file) => file.read(start * row, count * row));
      return new Float32Array(bytes.buffer);
    },
    windows(spec) {
      requireForm(spec.content === 'frames' ? 'raw' : 'tokenized', spec.content);
      const spans = segments.map((segment) => {
        if (layout === 'clips') {
          const states = shards[segment.shard]?.stateCount ?? 0;
          return { first: 0, frames: states >= spec.frames ? spec.frames : 0 }; // one window per clip
        }
        return spec.content === 'tokens'
          ? tripleSpan(segment)
          : { first: segment.start, frames: segment.frames };
      });
      return createWindowIndex(spec, segments, spans, (place) => readWindow(spec, place));
    },
    async close() {
      closed = true;
      await Promise.all([videos.close(), files.close()]);
    },
  };
  return dataset;
}
