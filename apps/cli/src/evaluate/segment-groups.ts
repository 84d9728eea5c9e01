import { readFile } from 'node:fs/promises';
import type { Dataset } from '@borealis/dataset';
import type { Episode, SegmentGroup } from '@borealis/evaluator';
import { roomGroups } from '@borealis/evaluator';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { tokenSources } from '../tokens/token-sources.ts';

const episodesSchema = z.array(z.object({ split: z.string(), segment: z.int(), room: z.int() }));

/** What tells recordings in known rooms from those in new ones. */
export interface RoomOptions {
  /** `episodes.json` of the raw data. */
  readonly file: string;
  /** Which of its splits the data is. */
  readonly split: string;
  readonly knownRooms: ReadonlySet<number>;
}

/**
 * Groups of a raw or tokenized dataset's segments by their rooms.
 *
 * @param raw the raw data that the tokens were made of: for tokens whose `sources.json` doesn't note numbers yet
 * @throws CliError `groups`, `tokens`; EvaluatorError `groups`; the system's errors
 */
export async function segmentGroups(
  dataset: Dataset,
  { file, split, knownRooms }: RoomOptions,
  raw?: Dataset,
): Promise<SegmentGroup[]> {
  const episodes = parseEpisodes(await readFile(file, 'utf8'), file);
  return roomGroups({ episodes, split, knownRooms, numbers: await numbersOf(dataset, raw) });
}

async function numbersOf(dataset: Dataset, raw: Dataset | undefined): Promise<number[]> {
  const sources = dataset.form === 'tokenized' ? await tokenSources(dataset) : undefined;
  if (sources === undefined) return dataset.segments.map(({ id }) => id);
  return sources.map(({ id, segment }) => {
    const number = id ?? raw?.segments[segment]?.id;
    if (number !== undefined) return number;
    throw new CliError(
      'groups',
      `sources.json in ${dataset.dir} doesn't say which numbers its segments had: give the raw data (--video), or tokenize again`,
    );
  });
}

function parseEpisodes(text: string, path: string): readonly Episode[] {
  try {
    return episodesSchema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new CliError('groups', `${path} is no list of episodes (split, segment, room): ${problem}`, {
      cause,
    });
  }
}
