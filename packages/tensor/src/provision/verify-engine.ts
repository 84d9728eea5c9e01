import { join, resolve } from 'node:path';
import { EngineError } from './engine-error.ts';
import type { EngineInstall } from './engine-install.ts';
import { readRecord } from './engine-record.ts';
import { hashFile, readManifest, type FileRecord } from './library-manifest.ts';

/**
 * Reads every file of an engine and compares its sha256 with what was installed; seconds for a gigabyte.
 * @throws EngineError DAMAGED with the names of the files that differ
 */
export async function verifyEngine({ directory }: EngineInstall): Promise<void> {
  const record = readRecord(directory);
  const library = resolve(directory, record.library);
  const damaged = await differing(directory, [
    record.addon,
    ...(record.extension === undefined ? [] : [record.extension]),
  ]);
  damaged.push(...(await differing(library, readManifest(library).files)));
  if (damaged.length === 0) return;
  throw new EngineError(
    'DAMAGED',
    `Changed since they were installed: ${damaged.join(', ')}. Remove ${directory} and ${library}, then run the set-up again.`,
  );
}

async function differing(root: string, files: readonly FileRecord[]): Promise<string[]> {
  const names: string[] = [];
  for (const { path, sha256 } of files) {
    const actual = await hashFile(join(root, path)).catch(() => 'unreadable');
    if (actual !== sha256) names.push(join(root, path));
  }
  return names;
}
