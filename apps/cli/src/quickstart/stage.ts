import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import { formatDuration } from '@borealis/report';

/** What a stage reports to: a line that is rewritten on a terminal, else a line now and then. */
export type Tell = (message: string) => void;

export interface StageOptions<Result> {
  readonly name: string;
  /** Where finished stages leave their results, one JSON file each. */
  readonly directory: string;
  /** Equal for equal input: a stage with another key runs again. */
  readonly key: string;
  readonly tell: Tell;
  readonly run: (tell: Tell) => Promise<Result>;
}

interface Finished<Result> {
  readonly key: string;
  readonly seconds: number;
  readonly result: Result;
}

/** Runs a stage, or returns the result that an earlier start has left: what was interrupted goes on from there. */
export async function runStage<Result>(options: StageOptions<Result>): Promise<Result> {
  const { name, directory, key, tell, run } = options;
  const path = join(directory, `${name}.json`);
  const earlier = await readFinished<Result>(path);
  if (earlier?.key === key) {
    tell(`${name}: done before (${formatDuration(earlier.seconds)})`);
    return earlier.result;
  }
  const start = performance.now();
  const result = await run((message) => {
    tell(`${name}: ${message}`);
  });
  const seconds = (performance.now() - start) / 1000;
  await writeFileAtomic(path, JSON.stringify({ key, seconds, result } satisfies Finished<Result>));
  tell(`${name}: done in ${formatDuration(seconds)}`);
  return result;
}

async function readFinished<Result>(path: string): Promise<Finished<Result> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Finished<Result>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing || error instanceof SyntaxError) return undefined; // a torn file is no result
    throw error;
  }
}
