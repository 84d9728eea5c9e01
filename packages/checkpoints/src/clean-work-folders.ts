import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ownerRuns } from './owner.ts';
import { parseWorkFolderName, stepFolderName } from './step-folder.ts';

/** A writer whose fate can't be told is taken for dead when nothing in its folder has changed for so long. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/**
 * Removes what dead writers left in a folder of checkpoints. A checkpoint that was moved aside to be replaced goes
 * back where the new one did not arrive. Folders of writers that live, or may live, are left alone, and so is what
 * can't be removed: it is only in the way of space, not of a reader or the next save.
 */
export async function cleanWorkFolders(directory: string, now: number = Date.now()): Promise<void> {
  for (const path of await paths(directory)) {
    const work = parseWorkFolderName(basename(path));
    if (work === undefined) continue;
    try {
      const runs = ownerRuns(work.owner) ?? now - (await lastChange(path)) < ABANDONED_AFTER_MS;
      if (runs) continue;
      const home = join(directory, stepFolderName(work.step));
      if (work.kind === 'replaced' && (await statOrNull(home)) === null) await rename(path, home);
      else await rm(path, { recursive: true, force: true });
    } catch {
      // Another process may be cleaning too, or the folder may be another user's.
    }
  }
}

async function lastChange(folder: string): Promise<number> {
  const times = await Promise.all(
    [folder, ...(await paths(folder))].map(async (path) => (await statOrNull(path))?.mtimeMs ?? 0),
  );
  return Math.max(...times);
}

/** Of what is in a folder; nothing where there is no such folder, or no longer. */
async function paths(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => join(folder, name));
}

async function statOrNull(path: string): Promise<{ mtimeMs: number } | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
