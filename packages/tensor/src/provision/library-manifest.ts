import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** One file as it was put into the cache; `path` is relative to the folder of the record, with slashes. */
export interface FileRecord {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** `manifest.json` in a library's folder. */
export interface LibraryManifest {
  readonly files: readonly FileRecord[];
}

export const MANIFEST_NAME = 'manifest.json';

export function readManifest(directory: string): LibraryManifest {
  return JSON.parse(readFileSync(join(directory, MANIFEST_NAME), 'utf8')) as LibraryManifest;
}

/** Whether the file is there with the size that it had; the quick check of every start. */
export function hasSize(directory: string, { path, bytes }: FileRecord): boolean {
  return statSync(join(directory, path), { throwIfNoEntry: false })?.size === bytes;
}

/** sha256 of a file's content, hexadecimal. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file that is about to be put into the cache. */
export async function recordFile(root: string, path: string): Promise<FileRecord> {
  const absolute = join(root, path);
  return { path, bytes: statSync(absolute).size, sha256: await hashFile(absolute) };
}
