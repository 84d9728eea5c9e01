import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import { differingKeys } from './differing-keys.ts';
import type { RunConfig } from './run-config.ts';
import { runConfigSchema } from './run-config.ts';
import type { Versions } from './versions.ts';
import { versionsSchema } from './versions.ts';

/** Where the parts of a run lie. */
export interface RunDirectory {
  readonly path: string;
  readonly config: RunConfig;
  /** For `createMetricFile`. */
  readonly metrics: string;
  /** For `createTensorBoardLog`. */
  readonly tensorboard: string;
  /** For `openFolderStore`; statistics are a group of each checkpoint, so that one alone suffices to predict with. */
  readonly checkpoints: string;
  /** For `openFolderStore`, too: what doesn't train, kept once. */
  readonly frozen: string;
}

export interface OpenRunOptions {
  readonly config: RunConfig;
  readonly versions: Versions;
  /** `never`: the run must be new; `must`: it must be there; `may`: go on where it is there. Default `never`. */
  readonly resume?: 'never' | 'may' | 'must';
}

/** Where data lie may change; what they are may not. */
const MOVABLE: readonly string[] = ['data.dir', 'from.dir', 'latents.dir', 'validation.dir'];

/**
 * Opens a run's folder, or makes it: `config.json`, `versions.json` (a list: an entry for each set of versions that
 * worked on the run), `metrics.jsonl`, `tensorboard/`, `checkpoints/`.
 *
 * @throws TrainingError `RUN_EXISTS`, `RUN_MISMATCH` naming the keys that differ, `RUN_DAMAGED`, `INVALID_ARGUMENT`
 * where there is no run to go on with; the system's errors
 */
export async function openRunDirectory(directory: string, options: OpenRunOptions): Promise<RunDirectory> {
  const path = resolve(directory);
  const { resume = 'never', versions } = options;
  // As it will be read: what JSON drops (undefined) must not count as a difference.
  const config = runConfigSchema.parse(JSON.parse(JSON.stringify(options.config)));
  const stored = await readIfThere(join(path, 'config.json'), runConfigSchema);
  if (stored === undefined && resume === 'must') {
    throw new TrainingError(
      'INVALID_ARGUMENT',
      `${path} holds no run to go on with: start it without --resume`,
    );
  }
  if (stored !== undefined && resume === 'never') {
    throw new TrainingError(
      'RUN_EXISTS',
      `${path} holds a run: go on with it (--resume), or choose another folder`,
    );
  }
  if (stored === undefined) {
    await mkdir(path, { recursive: true });
    await writeJson(join(path, 'config.json'), config);
  } else {
    checkSame(path, stored, config);
  }
  await recordVersions(join(path, 'versions.json'), versions);
  return runDirectory(path, config);
}

/**
 * A run that is there.
 *
 * @throws TrainingError `INVALID_ARGUMENT` where it is not, `RUN_DAMAGED`
 */
export async function readRunDirectory(directory: string): Promise<RunDirectory> {
  const path = resolve(directory);
  const config = await readIfThere(join(path, 'config.json'), runConfigSchema);
  if (config === undefined) {
    throw new TrainingError('INVALID_ARGUMENT', `${path} holds no run: config.json is missing`);
  }
  return runDirectory(path, config);
}

function runDirectory(path: string, config: RunConfig): RunDirectory {
  return {
    path,
    config,
    metrics: join(path, 'metrics.jsonl'),
    tensorboard: join(path, 'tensorboard'),
    checkpoints: join(path, 'checkpoints'),
    frozen: join(path, 'frozen'),
  };
}

function checkSame(path: string, stored: RunConfig, config: RunConfig): void {
  const differing = differingKeys(stored, config).filter((key) => !MOVABLE.includes(key));
  if (differing.length === 0) return;
  throw new TrainingError(
    'RUN_MISMATCH',
    `${path} holds a run with other settings: ${differing.join(', ')}. Go on with those of its config.json, or choose ` +
      'another folder.',
  );
}

async function recordVersions(path: string, versions: Versions): Promise<void> {
  const before = (await readIfThere(path, z.array(versionsSchema))) ?? [];
  const last = before.at(-1);
  if (last !== undefined && differingKeys(last, versions).length === 0) return;
  await writeJson(path, [...before, versions]);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

async function readIfThere<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? `\n${z.prettifyError(cause)}` : ` ${String(cause)}`;
    throw new TrainingError('RUN_DAMAGED', `${path} is not what a run writes:${problem}`, { cause });
  }
}
