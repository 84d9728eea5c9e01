import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDead, ownIdentity } from './process-identity.ts';

const FOREIGN_MAX_AGE_MS = 24 * 3600 * 1000; // a folder of another host's process is left alone for a day

/** A new folder inside the cache (so that renaming out of it is atomic), named after this process. */
export async function makeScratchFolder(cache: string): Promise<string> {
  const { host, pid, started } = ownIdentity();
  const random = randomBytes(4).toString('hex');
  const folder = join(cache, 'tmp', [encodeURIComponent(host), pid, started, random].join('~'));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes the scratch folders of processes that are gone. */
export async function removeDeadScratch(cache: string): Promise<void> {
  const root = join(cache, 'tmp');
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const [host = '', pid = '', started = ''] = name.split('~');
    const folder = join(root, name);
    const dead =
      host === encodeURIComponent(hostname()) && isDead({ host: hostname(), pid: Number(pid), started });
    if (dead || (await isOld(folder))) await rm(folder, { recursive: true, force: true });
  }
}

async function isOld(folder: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(folder)).mtimeMs > FOREIGN_MAX_AGE_MS;
  } catch {
    return false;
  }
}
