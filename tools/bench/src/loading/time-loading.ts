import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { BenchError } from '../bench-error.ts';

/** Milliseconds that `loadTensors` takes in a fresh process, and then again in the same one. */
export async function timeLoading(
  path: string,
  threads: number | undefined,
): Promise<{ readonly first: number; readonly again: number }> {
  const args = [path, ...(threads === undefined ? [] : [`${threads}`])];
  const [first, again] = timesSchema.parse(await runChild('load-once', args));
  return { first, again };
}

/** Milliseconds that a fresh process takes to read the files into buffers. */
export async function timeReading(files: readonly string[]): Promise<number> {
  const [milliseconds] = timeSchema.parse(await runChild('read-once', files));
  return milliseconds;
}

const timeSchema = z.tuple([z.number().positive()]);
const timesSchema = z.tuple([z.number().positive(), z.number().positive()]);

async function runChild(name: string, args: readonly string[]): Promise<unknown> {
  // From source this is TypeScript, once built JavaScript.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const main = fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, main, ...args]);
    return JSON.parse(stdout);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BenchError('contestant-failed', `${name} failed: ${message}`, { cause });
  }
}

/** Milliseconds of `cat FILE… > /dev/null`, its start included. */
export async function timeCat(files: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn('cat', files, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new BenchError('contestant-failed', `cat ended with ${String(code)}`);
  return performance.now() - start;
}
