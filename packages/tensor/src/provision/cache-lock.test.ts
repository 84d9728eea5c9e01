import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withCacheLock } from './cache-lock.ts';
import { ownIdentity } from './process-identity.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'borealis-lock-'));
  path = join(folder, 'engine');
});
afterEach(() => rm(folder, { recursive: true }));

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

test('one at a time, and nothing is left behind', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 20));
    inside--;
  };
  await Promise.all([1, 2, 3].map(() => withCacheLock({ path }, work)));
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

test('the lock is released when the work fails', async () => {
  await expect(withCacheLock({ path }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
});

test("a dead process' lock and its waiting tickets are taken over", async () => {
  const dead = JSON.stringify({ host: hostname(), pid: await deadPid(), started: '1' });
  await writeFile(path, dead);
  await writeFile(`${path}.ticket`, dead);
  expect(await withCacheLock({ path }, () => readFile(path, 'utf8'))).toContain(`"pid":${process.pid}`);
  expect(await readdir(folder)).toEqual([]);
});

test('a pid that was given to another process since counts as dead', async () => {
  await writeFile(path, JSON.stringify({ ...ownIdentity(), started: 'long ago' }));
  expect(await withCacheLock({ path }, () => Promise.resolve('in'))).toBe('in');
});

test("a live process' lock is waited for, and the waiter is told whose it is", async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const pid = child.pid ?? 0;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  await writeFile(path, JSON.stringify({ host: hostname(), pid, started }));
  const waitedFor: number[] = [];
  const result = withCacheLock({ path, onWait: (owner) => void waitedFor.push(owner.pid) }, () =>
    Promise.resolve('in'),
  );
  while (waitedFor.length === 0) await new Promise((done) => setTimeout(done, 5));
  expect(existsSync(path)).toBe(true);
  child.kill('SIGKILL');
  expect(await result).toBe('in');
  expect(waitedFor).toEqual([pid]);
});

test('an unreadable lock, or one of another host, ends by silence only', async () => {
  await writeFile(path, 'not json');
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(path, longAgo, longAgo);
  expect(await withCacheLock({ path }, () => Promise.resolve('in'))).toBe('in');
});
