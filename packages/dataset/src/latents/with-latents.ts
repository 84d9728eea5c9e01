import { DatasetError } from '../dataset-error.ts';
import type { Dataset } from '../dataset.ts';
import { openPositionedFile } from '../positioned-file.ts';
import { createResourcePool } from '../resource-pool.ts';
import { checkStates } from '../value-checks.ts';
import type { Latents, Window, WindowSpec } from '../window.ts';
import type { WindowIndex } from '../window-index.ts';
import type { LatentCache } from './latent-cache.ts';
import { latentFolder, segmentFile } from './latent-cache.ts';
import { latentCaches } from './latent-caches.ts';

export interface WithLatentsOptions {
  /** Which autoencoder's, where several have encoded the dataset: its content hash. */
  readonly encoder?: string;
  /** Read pictures too. Default false: decoding video is the slow part. */
  readonly frames?: boolean;
}

const MAX_OPEN_FILES = 64;

/**
 * The same dataset, whose windows of frames come with the latents that `writeLatents` has put beside it, instead of
 * pictures. Closing it closes the dataset.
 *
 * @throws DatasetError `missing-file` where there are none of these pictures; `window-spec` from `windows` where other
 * windows were encoded, or these by several autoencoders
 */
export async function withLatents(dataset: Dataset, options: WithLatentsOptions = {}): Promise<Dataset> {
  const caches = (await latentCaches(dataset)).filter(
    (cache) => options.encoder === undefined || cache.encoder === options.encoder,
  );
  if (caches.length === 0) {
    const whose = options.encoder === undefined ? '' : ' of this autoencoder';
    throw new DatasetError(
      'missing-file',
      `${dataset.dir} has no latents${whose} beside it: run \`borealis data encode\`.`,
    );
  }
  const files = createResourcePool(MAX_OPEN_FILES, openPositionedFile);

  async function read(index: WindowIndex, cache: LatentCache, i: number): Promise<Window> {
    if (options.frames === true) return { ...(await index.at(i)), latents: await latentsAt(index, cache, i) };
    const { shard, segment, start } = index.locate(i);
    const { frames: frameCount } = cache;
    const states = await dataset.readStates(shard, start, frameCount);
    checkStates(states, { file: dataset.shards[shard]?.files.states ?? dataset.dir, shard, start });
    return { shard, segment, start, states, frameCount, latents: await latentsAt(index, cache, i) };
  }

  function latentsAt(index: WindowIndex, cache: LatentCache, i: number): Promise<Latents> {
    const { segment } = index.locate(i);
    const first = index.firstOf(segment);
    const windows = index.firstOf(segment + 1) - first;
    return files.use(segmentFile(latentFolder(dataset, cache), segment), async (file) => {
      const { height, width, channels } = cache;
      const length = file.byteLength / windows;
      const count = length / (4 * height * width * channels);
      if (!Number.isInteger(count) || count === 0) {
        throw new DatasetError(
          'file-size',
          `${file.path} has ${file.byteLength} bytes, which are no ${windows} windows of ${height} x ${width} x ` +
            `${channels} latents: remove it and encode again.`,
          { file: file.path },
        );
      }
      const bytes = await file.read((i - first) * length, length);
      return { data: new Float32Array(bytes.buffer), count, height, width, channels };
    });
  }

  return {
    ...dataset,
    windows(spec) {
      if (spec.content !== 'frames') return dataset.windows(spec);
      const [cache, another] = caches.filter(
        ({ frames, stride }) => frames === spec.frames && stride === spec.stride,
      );
      if (cache === undefined) throw otherWindows(dataset, spec, caches);
      if (another !== undefined) {
        throw new DatasetError(
          'window-spec',
          `${dataset.dir} has latents of these windows by several autoencoders (${cache.encoder.slice(0, 12)}…, ` +
            `${another.encoder.slice(0, 12)}…): say which.`,
        );
      }
      const index = dataset.windows(spec);
      return { ...index, at: (i) => read(index, cache, i) };
    },
    async close() {
      await Promise.all([files.close(), dataset.close()]);
    },
  };
}

function otherWindows(dataset: Dataset, spec: WindowSpec, caches: readonly LatentCache[]): DatasetError {
  const there = caches.map(({ frames, stride }) => `${frames} frames every ${stride}`).join(', ');
  return new DatasetError(
    'window-spec',
    `${dataset.dir} has latents of windows of ${there}; windows of ${spec.frames} frames every ${spec.stride} were ` +
      'asked for: run `borealis data encode` for those.',
  );
}
