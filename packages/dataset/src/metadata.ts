import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import { DEFAULT_HZ, DEFAULT_TOKEN_SHAPE, GRIDS_PER_TRIPLE } from './facts.ts';
import { fileError } from './positioned-file.ts';

const count = z.number().int().min(1).max(10_000_000);
const hz = z
  .number()
  .positive()
  .nullish()
  .transform((value) => value ?? DEFAULT_HZ);
const tokenShape = z
  .tuple([z.literal(GRIDS_PER_TRIPLE), count.max(4096), count.max(4096)])
  .nullish()
  .transform((value): readonly [number, number, number] => value ?? DEFAULT_TOKEN_SHAPE);

/** `metadata.json` of a split in shards. Foreign keys (`query`, `shard_ind`, …) are kept and ignored. */
export const splitMetadataSchema = z.looseObject({
  num_shards: count,
  num_images: z.number().int().nonnegative().nullish(),
  hz,
  token_shape: tokenShape,
});

/** `metadata.json` of a split in clips: some context frames, and states past and future. */
export const clipMetadataSchema = z.looseObject({
  num_clips: count,
  context_frames: count,
  num_states: count,
  hz,
});

/** `metadata_{shard}.json`. */
export const shardMetadataSchema = z.looseObject({ shard_num_frames: count });

/** Reads JSON of a given form. Throws `missing-file`, or `metadata` naming the key that is wrong. */
export async function readMetadata<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw fileError(path, cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DatasetError('metadata', `${path} is not JSON: ${String(cause)}`, { file: path, cause });
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    throw new DatasetError(
      'metadata',
      `${path} is not the metadata of 1X data:\n${z.prettifyError(result.error)}`,
      {
        file: path,
        cause: result.error,
      },
    );
  }
  return result.data;
}
