import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomic } from '@borealis/checkpoints';
import { formatDuration } from '@borealis/report';
import type { Tell } from '../progress/stage-progress.ts';

export interface StageOptions<Result> {
  readonly name: string;
  /** Where finished stages leave their results, a file each. */
  readonly directory: string;
  readonly tell: Tell;
  readonly run: (tell: Tell) => Promise<Result>;
}

interface Finished<Result> {
  readonly seconds: number;
  readonly result: Result;
}

/** Runs a stage, or returns the result that an earlier start has left: what was interrupted goes on from there. */
export async function runStage<Result>(options: StageOptions<Result>): Promise<Result> {
  const { name, directory, tell, run } = options;
  const path = join(directory, `${name}.bin`);
  const earlier = await readFinished<Result>(path);
  if (earlier !== undefined) {
    tell(`${name}: done before (${formatDuration(earlier.seconds)})`);
    return earlier.result;
  }
  const start = performance.now();
  const result = await run((message) => {
    tell(`${name}: ${message}`);
  });
  const seconds = (performance.now() - start) / 1000;
  await writeFileAtomic(path, serialize({ seconds, result } satisfies Finished<Result>));
  tell(`${name}: done in ${formatDuration(seconds)}`);
  return result;
}

async function readFinished<Result>(path: string): Promise<Finished<Result> | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return deserialize(bytes) as Finished<Result>;
  } catch {
    return undefined; // what another version of Node has written is no result
  }
}
