import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';
import { runChild } from '../run-child.ts';

/** Milliseconds that `loadTensors` takes in a fresh process, and then again in the same one. */
export async function timeLoading(
  path: string,
  threads: number | undefined,
): Promise<{ readonly first: number; readonly again: number }> {
  const args = [path, ...(threads === undefined ? [] : [`${threads}`])];
  const [first, again] = timesSchema.parse(await runChild(new URL('./load-once', import.meta.url), args));
  return { first, again };
}

/** Milliseconds that a fresh process takes to read the files into buffers. */
export async function timeReading(files: readonly string[]): Promise<number> {
  const [milliseconds] = timeSchema.parse(await runChild(new URL('./read-once', import.meta.url), files));
  return milliseconds;
}

const timeSchema = z.tuple([z.number().positive()]);
const timesSchema = z.tuple([z.number().positive(), z.number().positive()]);

/** Milliseconds of `cat FILE… > /dev/null`, its start included. */
export async function timeCat(files: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn('cat', files, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new BenchError('contestant-failed', `cat ended with ${String(code)}`);
  return performance.now() - start;
}
