import { join } from 'node:path';
import { DatasetError } from './dataset-error.ts';
import { FRAMES_PER_TRIPLE } from './facts.ts';
import { readMetadata, shardMetadataSchema } from './metadata.ts';
import { openPositionedFile } from './positioned-file.ts';
import type { PositionedFile } from './positioned-file.ts';
import { problemFrom } from './problem.ts';
import type { Problem } from './problem.ts';
import { readSegments } from './segments.ts';
import type { Segment } from './segments.ts';
import { shardFiles } from './shard-files.ts';
import type { Form, Layout, ShardFiles } from './shard-files.ts';
import { STATE_COUNT } from './state-names.ts';
import { openVideo } from './video/open-video.ts';
import { readSampleTable } from './video/sample-table.ts';

/** One video with its states, or the tokens of one. */
export interface Shard {
  readonly index: number;
  /** Frames that there are pictures (or tokens) of. */
  readonly frameCount: number;
  /** Frames that there are states of: more than `frameCount` in test clips, else equal. */
  readonly stateCount: number;
  /** Paths, with the dataset's folder. */
  readonly files: ShardFiles;
}

export interface FrameSize {
  readonly height: number;
  readonly width: number;
}

/** What was found of one shard. */
export interface ShardSurvey {
  readonly shard: Shard;
  readonly segments: readonly Segment[];
  readonly frameSize: FrameSize | undefined;
}

export interface ShardSurveyOptions {
  readonly dir: string;
  readonly layout: Layout;
  readonly form: Form;
  readonly shard: number;
  readonly tokenShape: readonly [number, number, number];
  /** Problems found are added here. */
  readonly problems: Problem[];
}

/** Checks that a shard's files are there and fit its number of frames. Nothing where a problem is fatal. */
export async function surveyShard(options: ShardSurveyOptions): Promise<ShardSurvey | undefined> {
  const { dir, layout, form, shard, problems, tokenShape } = options;
  const files = inFolder(dir, shardFiles(layout, form, shard));
  const check = checker(problems, shard);
  const frameCount = await check(async () => {
    const metadata = await readMetadata(files.metadata ?? '', shardMetadataSchema);
    return metadata.shard_num_frames;
  });
  const sizes = frameCount ?? 0;
  const states = await check(() =>
    checkSize(files.states, frameCount, sizes * STATE_COUNT * 4, `float32 [${sizes}, 25]`),
  );
  const segments = await check(() =>
    withFile(files.segments ?? '', async (file) => {
      if (frameCount === undefined) return [];
      expectSize(file, frameCount * 4, `int32 [${frameCount}]`);
      return readSegments(file, shard, frameCount, (frame, from, to) => {
        problems.push({
          severity: 'error',
          code: 'segments',
          message: `${file.path}: the segment index goes back from ${from} to ${to} at frame ${frame} (byte ${frame * 4}).`,
          file: file.path,
          byte: frame * 4,
          frame,
          shard,
        });
      });
    }),
  );
  const video = await check(async () => {
    if (form === 'raw') return { frameSize: await checkVideo(files.video, frameCount) };
    const [grids, height, width] = tokenShape;
    const triples = Math.ceil(sizes / FRAMES_PER_TRIPLE);
    await checkSize(
      files.video,
      frameCount,
      triples * grids * height * width * 4,
      `int32 [${triples}, ${grids}, ${height}, ${width}] (${sizes} frames, token_shape of metadata.json)`,
    );
    return { frameSize: undefined };
  });
  if (frameCount === undefined || states === undefined || segments === undefined || video === undefined)
    return undefined;
  return { shard: { index: shard, frameCount, stateCount: frameCount, files }, segments, ...video };
}

export interface ClipSurveyOptions {
  readonly dir: string;
  readonly shard: number;
  readonly frameCount: number;
  readonly stateCount: number;
  readonly problems: Problem[];
}

/** The same for a test clip, which is one segment. */
export async function surveyClip(options: ClipSurveyOptions): Promise<ShardSurvey | undefined> {
  const { dir, shard, frameCount, stateCount, problems } = options;
  const files = inFolder(dir, shardFiles('clips', 'raw', shard));
  const check = checker(problems, shard);
  const states = await check(() =>
    checkSize(files.states, stateCount, stateCount * STATE_COUNT * 4, `float32 [${stateCount}, 25]`),
  );
  const frameSize = await check(() => checkVideo(files.video, frameCount));
  if (states === undefined || frameSize === undefined) return undefined;
  return {
    shard: { index: shard, frameCount, stateCount, files },
    segments: [{ shard, id: shard, start: 0, frames: frameCount }],
    frameSize,
  };
}

/** Runs a check and lists what it throws as fatal. */
function checker(problems: Problem[], shard: number): <T>(check: () => Promise<T>) => Promise<T | undefined> {
  return (check) =>
    check().catch((error: unknown) => {
      problems.push(problemFrom(error, 'fatal', shard));
      return undefined;
    });
}

/** Checks that a file is there and, where the number of frames is known, has the bytes for it. */
async function checkSize(
  path: string,
  frameCount: number | undefined,
  bytes: number,
  content: string,
): Promise<true> {
  return withFile(path, (file) => {
    if (frameCount !== undefined) expectSize(file, bytes, content);
    return Promise.resolve(true as const);
  });
}

function expectSize(file: PositionedFile, bytes: number, content: string): void {
  if (file.byteLength === bytes) return;
  throw new DatasetError(
    'file-size',
    `${file.path} has ${file.byteLength} bytes; ${content} takes ${bytes}. ${file.byteLength < bytes ? 'Was its download or writing cut off?' : 'Is it of another shard?'}`,
    { file: file.path, byte: Math.min(file.byteLength, bytes) },
  );
}

/** Checks the number of frames by the video's index, without decoding. */
async function checkVideo(path: string, frameCount: number | undefined): Promise<FrameSize> {
  const table = await withFile(path, readSampleTable);
  let found =
    table === undefined ? undefined : { width: table.width, height: table.height, count: table.times.length };
  if (found === undefined) {
    const video = await openVideo(path);
    found = { width: video.width, height: video.height, count: video.frameCount };
    await video.close();
  }
  if (frameCount !== undefined && found.count !== frameCount) {
    throw new DatasetError('video', `${path} has ${found.count} frames; its metadata says ${frameCount}.`, {
      file: path,
      frame: Math.min(found.count, frameCount),
    });
  }
  return { width: found.width, height: found.height };
}

async function withFile<T>(path: string, use: (file: PositionedFile) => Promise<T>): Promise<T> {
  const file = await openPositionedFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

function inFolder(dir: string, files: ShardFiles): ShardFiles {
  return {
    video: join(dir, files.video),
    states: join(dir, files.states),
    ...(files.segments === undefined ? {} : { segments: join(dir, files.segments) }),
    ...(files.metadata === undefined ? {} : { metadata: join(dir, files.metadata) }),
  };
}
