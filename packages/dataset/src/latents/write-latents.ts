import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createAtomicFile, writeAtomicFile } from '../atomic-file.ts';
import { DatasetError } from '../dataset-error.ts';
import { datasetFingerprint } from '../dataset-fingerprint.ts';
import type { Dataset } from '../dataset.ts';
import type { Latents, Window, WindowSpec } from '../window.ts';
import { latentFolder, segmentFile } from './latent-cache.ts';

export interface WriteLatentsOptions {
  readonly dataset: Dataset;
  /** Windows of frames. */
  readonly spec: WindowSpec;
  /** Content hash of what encodes. */
  readonly encoder: string;
  /** The latents of a window's known frames; all windows give the same height, width and channels. */
  readonly encode: (window: Window) => Promise<Latents> | Latents;
  /** After each segment: segments done, of all, and how many of them were there already. */
  readonly onSegment?: (done: number, total: number, found: number) => void;
  /** When it fires, the segment under way is finished. */
  readonly signal?: AbortSignal;
}

export interface WriteLatentsSummary {
  readonly folder: string;
  readonly windows: number;
  readonly segments: number;
  /** Segments that an earlier call had written. */
  readonly found: number;
  /** False where `signal` ended it: a later call goes on. */
  readonly finished: boolean;
}

/**
 * Encodes the windows of a dataset into `latents/<key>` beside it, one file for each segment. What is there already stays:
 * an interrupted call is gone on with by the same call. `cache.json` is written last; without it nothing is read.
 *
 * @throws DatasetError `window-spec` where there are no windows, `input` where latents change their size; what reading and
 * `encode` throw
 */
export async function writeLatents(options: WriteLatentsOptions): Promise<WriteLatentsSummary> {
  const { dataset, spec, encoder, encode, onSegment, signal } = options;
  const windows = dataset.windows(spec);
  if (windows.count === 0)
    throw new DatasetError('window-spec', `${dataset.dir} has no window of ${spec.frames} frames to encode.`);
  const key = { data: await datasetFingerprint(dataset), encoder, frames: spec.frames, stride: spec.stride };
  const folder = latentFolder(dataset, key);
  const total = dataset.segments.length;
  let size: Pick<Latents, 'height' | 'width' | 'channels'> | undefined;
  let found = 0;
  let done = 0;
  for (let segment = 0; segment < total && signal?.aborted !== true; segment++, done++) {
    const first = windows.firstOf(segment);
    const end = windows.firstOf(segment + 1);
    if (first < end) {
      const path = segmentFile(folder, segment);
      if (await isThere(path)) {
        found++;
      } else {
        size = await writeSegment(path, size, async function* () {
          for (let i = first; i < end; i++) yield encode(await windows.at(i));
        });
      }
    }
    onSegment?.(segment + 1, total, found);
  }
  const finished = done === total;
  if (finished) {
    // Where all was there already, one window tells the size.
    size ??= await encode(await windows.at(0));
    const { height, width, channels } = size;
    const cache = { format: 1, ...key, height, width, channels };
    const text = `${JSON.stringify(cache, null, 2)}\n`;
    await writeAtomicFile(join(folder, 'cache.json'), new TextEncoder().encode(text));
  }
  return { folder, windows: windows.count, segments: total, found, finished };
}

type Size = Pick<Latents, 'height' | 'width' | 'channels'>;

async function writeSegment(
  path: string,
  before: Size | undefined,
  latents: () => AsyncIterable<Latents>,
): Promise<Size | undefined> {
  let size = before;
  const file = await createAtomicFile(path);
  try {
    for await (const each of latents()) {
      size ??= each;
      checkSize(each, size);
      await file.write(new Uint8Array(each.data.buffer, each.data.byteOffset, each.data.byteLength));
    }
    await file.commit();
  } finally {
    await file.discard();
  }
  return size;
}

function checkSize({ data, count, height, width, channels }: Latents, size: Size): void {
  const same = height === size.height && width === size.width && channels === size.channels;
  if (same && data.length === count * height * width * channels) return;
  throw new DatasetError(
    'input',
    `Latents of ${count} x ${height} x ${width} x ${channels} in ${data.length} numbers, after such of ` +
      `${size.height} x ${size.width} x ${size.channels}.`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
