import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratchFolder, removeDeadScratch } from './scratch-folder.ts';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'borealis-scratch-'));
});
afterEach(() => rm(cache, { recursive: true }));

test("dead processes' folders go; our own, another host's and unknown ones stay", async () => {
  const own = await makeScratchFolder(cache);
  const dead = join(cache, 'tmp', `${hostname()}~${process.pid}~0~00`); // our pid, another start time
  const foreign = join(cache, 'tmp', 'elsewhere~1~0~00');
  const unknown = join(cache, 'tmp', '%');
  for (const folder of [dead, foreign, unknown]) await mkdir(folder);
  await removeDeadScratch(cache);
  expect([own, dead, foreign, unknown].map((folder) => existsSync(folder))).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("another host's folder goes after a day", async () => {
  const foreign = join(cache, 'tmp', 'elsewhere~1~0~00');
  await mkdir(foreign, { recursive: true });
  const old = new Date(Date.now() - 25 * 3600 * 1000);
  await utimes(foreign, old, old);
  await removeDeadScratch(cache);
  expect(existsSync(foreign)).toBe(false);
});

test('a cache that is not there yet has nothing to remove', async () => {
  await expect(removeDeadScratch(join(cache, 'none'))).resolves.toBeUndefined();
});
