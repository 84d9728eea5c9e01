import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Dataset } from './dataset.ts';

/**
 * SHA-256 (hex) over the names, sizes and contents of all files of a dataset, sorted by name: what a run or a derived
 * dataset records to say what it was made from. Files that don't belong to the dataset don't count.
 */
export async function datasetFingerprint(dataset: Dataset): Promise<string> {
  const hash = createHash('sha256');
  const files = dataset.files.map((path) => ({
    path,
    name: relative(dataset.dir, path).split(sep).join('/'),
  }));
  for (const { path, name } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}\0${(await stat(path)).size}\0`);
    for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
  }
  return hash.digest('hex');
}
