import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensorOf } from '@borealis/safetensors';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { CheckpointContent } from './index.ts';

export const STATE = z.strictObject({ step: z.int(), loss: z.number() });

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-checkpoints-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A small checkpoint whose every part tells its step. */
export function content(step: number): CheckpointContent {
  return {
    step,
    groups: {
      params: new Map([
        ['embed.weight', tensorOf(new Float32Array([step, 1, 2, 3]), [2, 2])],
        ['scale', tensorOf(new Float32Array([step]), [])],
      ]),
      optimizer: new Map([['count', tensorOf(new BigInt64Array([BigInt(step)]))]]),
    },
    state: { step, loss: step / 3 },
    metadata: { run: 'test' },
  };
}

/** Every file under a folder with its bytes, so that "untouched" can be compared. */
export async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (path) => [path, await readFile(path, 'base64')])),
  ) as Record<string, string>;
}
