import { join } from 'node:path';
import { writeAtomicFile, createAtomicFile } from './atomic-file.ts';
import type { AtomicFile } from './atomic-file.ts';
import { DatasetError } from './dataset-error.ts';
import { DEFAULT_HZ } from './facts.ts';
import { exists, shardFiles } from './shard-files.ts';
import type { Form } from './shard-files.ts';
import { STATE_COUNT } from './state-names.ts';

export interface WriteDatasetOptions {
  /** Folder of the split; made where it is missing. One that holds a metadata.json already is refused. */
  readonly dir: string;
  readonly layout: 'flat' | 'foldered';
  /** A shard is closed before it would have more frames than this; a longer segment has a shard of its own. */
  readonly framesPerShard: number;
  /** 30 unless told. */
  readonly hz?: number;
  /** More keys for metadata.json, such as what the data was made from. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** What was written. */
export interface WriteSummary {
  readonly shards: number;
  readonly segments: number;
  readonly frames: number;
}

/** What all segments have, whatever stands for their pictures. */
export interface SegmentToWrite {
  /** `[frames, 25]` */
  readonly states: Float32Array;
  /** The number for the segment index file: higher than the one before. Counted from 0 unless told. */
  readonly id?: number;
}

/** Where the pictures of one shard go. */
interface PictureFile<S> {
  append(segment: S): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** The part that raw and tokenized data don't share. */
export interface ShardContent<S> {
  readonly form: Form;
  open(path: string, first: S): Promise<PictureFile<S>>;
  /** Frames that a segment's pictures stand for. Throws `input` where they don't fit what came before. */
  frameCount(segment: S): number;
  /** More keys for metadata.json, known once the first segment has been seen. */
  metadata(): Readonly<Record<string, unknown>>;
}

interface OpenShard<S> {
  readonly pictures: PictureFile<S>;
  readonly states: AtomicFile;
  readonly ids: AtomicFile;
  frames: number;
}

/**
 * Writes segments to shards as they come. Each file appears once it is whole, and metadata.json last, so that an
 * interrupted write is never mistaken for a dataset. Throws `input`, `exists` or `io`.
 */
export async function writeShards<S extends SegmentToWrite>(
  segments: AsyncIterable<S> | Iterable<S>,
  options: WriteDatasetOptions,
  content: ShardContent<S>,
): Promise<WriteSummary> {
  const { dir, layout, framesPerShard, hz = DEFAULT_HZ } = options;
  if (!Number.isInteger(framesPerShard) || framesPerShard < 1 || !(hz > 0)) {
    throw new DatasetError(
      'input',
      `framesPerShard must be a whole number from 1 and hz positive, not ${framesPerShard} and ${hz}.`,
    );
  }
  const metadataFile = join(dir, 'metadata.json');
  if (await exists(metadataFile)) {
    throw new DatasetError('exists', `${dir} holds a dataset already; remove it or write elsewhere.`, {
      file: metadataFile,
    });
  }

  let shards = 0;
  let frames = 0;
  let count = 0;
  let lastId = -1;
  let current: OpenShard<S> | undefined;

  async function begin(first: S): Promise<OpenShard<S>> {
    const files = shardFiles(layout, content.form, shards);
    const opened: { discard(): Promise<void> }[] = [];
    try {
      const states = await createAtomicFile(join(dir, files.states));
      opened.push(states);
      const ids = await createAtomicFile(join(dir, files.segments ?? ''));
      opened.push(ids);
      return { pictures: await content.open(join(dir, files.video), first), states, ids, frames: 0 };
    } catch (error) {
      for (const file of opened) await file.discard();
      throw error;
    }
  }

  async function finish(shard: OpenShard<S>): Promise<void> {
    await shard.pictures.commit();
    await shard.states.commit();
    await shard.ids.commit();
    const path = join(dir, shardFiles(layout, content.form, shards).metadata ?? '');
    await writeAtomicFile(path, json({ shard_num_frames: shard.frames }));
    shards++;
    current = undefined;
  }

  try {
    for await (const segment of segments) {
      const length = content.frameCount(segment);
      const id = segment.id ?? lastId + 1;
      checkSegment(segment, { length, id, lastId, number: count });
      if (current !== undefined && current.frames + length > framesPerShard) await finish(current);
      current ??= await begin(segment);
      await current.pictures.append(segment);
      await current.states.write(bytesOf(segment.states));
      await current.ids.write(bytesOf(new Int32Array(length).fill(id)));
      current.frames += length;
      frames += length;
      lastId = id;
      count++;
    }
    if (current !== undefined) await finish(current);
    if (shards === 0) throw new DatasetError('input', `${dir}: there were no segments to write.`);
    await writeAtomicFile(
      metadataFile,
      json({ ...options.metadata, num_shards: shards, num_images: frames, hz, ...content.metadata() }),
    );
  } finally {
    await current?.pictures.discard();
    await current?.states.discard();
    await current?.ids.discard();
  }
  return { shards, segments: count, frames };
}

function checkSegment(
  { states }: SegmentToWrite,
  { length, id, lastId, number }: { length: number; id: number; lastId: number; number: number },
): void {
  const where = `Segment ${number} handed to the writer`;
  if (length < 1) throw new DatasetError('input', `${where} has no frames.`);
  if (states.length !== length * STATE_COUNT) {
    throw new DatasetError(
      'input',
      `${where} has ${length} frames and ${states.length} states; ${length} × 25 are needed.`,
    );
  }
  const bad = states.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    throw new DatasetError(
      'input',
      `${where} has the state ${states[bad]} in its frame ${Math.floor(bad / STATE_COUNT)}.`,
    );
  }
  if (!Number.isInteger(id) || id <= lastId || id > 0x7fffffff) {
    throw new DatasetError('input', `${where} has id ${id} after ${lastId}; ids are ascending int32.`);
  }
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);
}
