import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';

const sourcesSchema = z.object({
  segments: z.array(
    z.object({
      segment: z.int().nonnegative(),
      id: z.int().optional(),
      shard: z.int().nonnegative(),
      start: z.int().nonnegative(),
      frames: z.int().positive(),
    }),
  ),
});

/** Where a segment of tokens comes from, counted in the raw data. */
export interface TokenSource {
  /** Which of the raw data's segments. */
  readonly segment: number;
  /** Its number in the segment index file; not known of tokens that were made before it was noted. */
  readonly id?: number | undefined;
  readonly shard: number;
  readonly start: number;
  readonly frames: number;
}

/**
 * What `sources.json` beside tokens says: a source for each of the dataset's segments, in order. Undefined where there
 * is no such file: the tokens are someone else's.
 *
 * @throws CliError `tokens` where the file doesn't fit the tokens
 */
export async function tokenSources(tokens: Dataset): Promise<readonly TokenSource[] | undefined> {
  const path = join(tokens.dir, 'sources.json');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const sources = parseSources(text, path);
  return tokens.segments.map(({ id, frames }) => {
    const source = sources[id]; // the writer has numbered them as they came
    if (source?.frames === frames) return source;
    const told = source === undefined ? 'nothing' : `${source.frames} frames`;
    throw new CliError(
      'tokens',
      `${path} tells of segment ${id} ${told}, the tokens beside it have ${frames} frames: tokenize again`,
    );
  });
}

function parseSources(text: string, path: string): readonly TokenSource[] {
  try {
    return sourcesSchema.parse(JSON.parse(text)).segments;
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new CliError('tokens', `${path} can't be read: ${problem}`, { cause });
  }
}
