import { join } from 'node:path';
import { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import { DEFAULT_TOKEN_SHAPE } from './facts.ts';
import { clipMetadataSchema, readMetadata, splitMetadataSchema } from './metadata.ts';
import { MAX_PROBLEMS, problemFrom } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Segment } from './segments.ts';
import { detectLayout, exists } from './shard-files.ts';
import type { Form, Layout } from './shard-files.ts';
import { surveyClip, surveyShard } from './survey-shard.ts';
import type { FrameSize, Shard } from './survey-shard.ts';

/** What a folder holds, seen without reading pictures, tokens or states. */
export interface Survey {
  readonly form: Form;
  readonly layout: Layout;
  readonly hz: number;
  /** `metadata.json` as it stands, foreign keys too. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly metadataFile: string;
  /** `[grid h w]` of a triple. */
  readonly tokenShape: readonly [number, number, number];
  /** Of raw data. */
  readonly frameSize: FrameSize | undefined;
  readonly shards: readonly Shard[];
  readonly segments: readonly Segment[];
}

/** Looks over a dataset: all files there, sizes, frame counts, segments. Problems are listed, not thrown. */
export async function surveyDataset(
  dir: string,
): Promise<{ survey: Survey | undefined; problems: Problem[] }> {
  const problems: Problem[] = [];
  try {
    const metadataFile = await findMetadata(dir);
    const metadata = await readMetadata(metadataFile, z.looseObject({}));
    const survey =
      'num_clips' in metadata
        ? await surveyClips(dir, await readMetadata(metadataFile, clipMetadataSchema), problems)
        : await surveyShards(dir, await readMetadata(metadataFile, splitMetadataSchema), problems);
    return { survey: { ...survey, metadata, metadataFile }, problems };
  } catch (error) {
    problems.push(problemFrom(error, 'fatal'));
    return { survey: undefined, problems };
  }
}

type SurveyOfShards = Omit<Survey, 'metadata' | 'metadataFile'>;

async function surveyShards(
  dir: string,
  metadata: z.output<typeof splitMetadataSchema>,
  problems: Problem[],
): Promise<SurveyOfShards> {
  const detected = await detectLayout(dir);
  if (detected === undefined) {
    throw new DatasetError(
      'missing-file',
      `${dir} has a metadata.json but neither video_0.mp4 nor video_0.bin, nor one of them in videos/.`,
      { file: join(dir, 'video_0.mp4'), shard: 0 },
    );
  }
  const tokenShape = metadata.token_shape;
  const found = await collect(metadata.num_shards, problems, (shard) =>
    surveyShard({ dir, ...detected, shard, tokenShape, problems }),
  );
  const frames = found.shards.reduce((sum, shard) => sum + shard.frameCount, 0);
  if (problems.length === 0 && typeof metadata.num_images === 'number' && metadata.num_images !== frames) {
    problems.push({
      severity: 'error',
      code: 'metadata',
      message: `metadata.json says num_images ${metadata.num_images}; the shards have ${frames} frames together.`,
      file: join(dir, 'metadata.json'),
    });
  }
  return { ...detected, hz: metadata.hz, tokenShape, ...found };
}

async function surveyClips(
  dir: string,
  metadata: z.output<typeof clipMetadataSchema>,
  problems: Problem[],
): Promise<SurveyOfShards> {
  const { context_frames, num_states, num_clips } = metadata;
  const found = await collect(num_clips, problems, (shard) =>
    surveyClip({ dir, shard, frameCount: context_frames, stateCount: num_states, problems }),
  );
  return { form: 'raw', layout: 'clips', hz: metadata.hz, tokenShape: DEFAULT_TOKEN_SHAPE, ...found };
}

async function collect(
  count: number,
  problems: Problem[],
  survey: (shard: number) => ReturnType<typeof surveyShard>,
): Promise<Pick<Survey, 'shards' | 'segments' | 'frameSize'>> {
  const shards: Shard[] = [];
  const segments: Segment[] = [];
  let frameSize: FrameSize | undefined;
  for (let number = 0; number < count && problems.length < MAX_PROBLEMS; number++) {
    const found = await survey(number);
    if (found === undefined) continue;
    shards.push(found.shard);
    for (const segment of found.segments) segments.push(segment);
    frameSize ??= found.frameSize;
    if (frameSize?.width !== found.frameSize?.width || frameSize?.height !== found.frameSize?.height) {
      problems.push({
        severity: 'fatal',
        code: 'video',
        message: `${found.shard.files.video} is ${found.frameSize?.width}x${found.frameSize?.height}, the videos before it ${frameSize?.width}x${frameSize?.height}.`,
        file: found.shard.files.video,
        shard: number,
      });
    }
  }
  return { shards, segments, frameSize };
}

/** At the top, or in `metadata/` as some copies have it. */
async function findMetadata(dir: string): Promise<string> {
  for (const path of [join(dir, 'metadata.json'), join(dir, 'metadata', 'metadata.json')]) {
    if (await exists(path)) return path;
  }
  const reason = (await exists(dir))
    ? 'has no metadata.json: it is no split of 1X data, or its writing was interrupted (metadata.json is written last)'
    : 'is not there';
  throw new DatasetError(
    'missing-file',
    `${dir} ${reason}. Give the folder of one split, such as train/ or val/.`,
    {
      file: join(dir, 'metadata.json'),
    },
  );
}
