import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDead, ownIdentity, type ProcessIdentity } from './process-identity.ts';

const POLL_MS = 250;
const HEARTBEAT_MS = 5_000;
const SILENT_MS = 120_000; // the owner on another host (a shared cache) counts as dead after this long without a beat

export interface LockOptions {
  readonly path: string;
  /** Called once, when another live process holds the lock. */
  readonly onWait?: (owner: ProcessIdentity) => void;
}

/** Runs `work` while no other process holds the lock file; takes over what a dead process left. */
export async function withCacheLock<T>({ path, onWait }: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${path}.${randomUUID()}`;
  await writeFile(mine, JSON.stringify(ownIdentity()));
  let told = false;
  try {
    while (!(await tryLink(mine, path))) {
      const owner = await readOwner(path);
      if (owner === undefined) continue; // released in between
      if (isDead(owner) || (await isSilent(path))) {
        await removeStale(path, owner);
        continue;
      }
      if (!told) onWait?.(owner);
      told = true;
      await sleep(POLL_MS);
    }
    // `mine` and `path` are one file with two names now: touching one touches both.
    const beat = setInterval(() => void touch(mine), HEARTBEAT_MS).unref();
    try {
      await removeTickets(path);
      return await work();
    } finally {
      clearInterval(beat);
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** Removes what processes that died while they waited left beside the lock. */
async function removeTickets(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const ticket = join(dirname(path), name);
    const owner = await readOwner(ticket);
    if (owner !== undefined && isDead(owner)) await rm(ticket, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readOwner(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return { host: '', pid: 0, started: '' }; // unreadable: only silence ends it
    throw error;
  }
}

async function isSilent(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > SILENT_MS;
  } catch {
    return false;
  }
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

/**
 * Moves the dead owner's lock away, and looks at what was moved: where a third process was quicker, it is that
 * one's live lock and goes back. (Results are renamed into place, so even two owners would only work twice.)
 */
async function removeStale(path: string, stale: ProcessIdentity): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = await readOwner(aside);
  if (JSON.stringify(moved) !== JSON.stringify(stale)) await tryLink(aside, path);
  await rm(aside, { force: true });
}
