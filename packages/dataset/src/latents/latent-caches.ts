import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetFingerprint } from '../dataset-fingerprint.ts';
import type { Dataset } from '../dataset.ts';
import { readMetadata } from '../metadata.ts';
import type { LatentCache } from './latent-cache.ts';
import { latentCacheSchema } from './latent-cache.ts';

/**
 * What autoencoders have encoded of a dataset, and in which windows; what was made of other pictures than these, or is
 * not whole, doesn't count.
 *
 * @throws DatasetError `metadata` where a cache's own file is damaged
 */
export async function latentCaches(dataset: Dataset): Promise<LatentCache[]> {
  const root = join(dataset.dir, 'latents');
  const keys = await readdir(root).catch((): string[] => []);
  if (keys.length === 0) return [];
  const data = await datasetFingerprint(dataset);
  const caches: LatentCache[] = [];
  for (const key of keys.sort()) {
    const listed = await readdir(join(root, key)).catch((): string[] => []);
    if (!listed.includes('cache.json')) continue; // without it the latents are not whole
    caches.push(await readMetadata(join(root, key, 'cache.json'), latentCacheSchema));
  }
  return caches.filter((cache) => cache.data === data);
}
