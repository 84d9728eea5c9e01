import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../dataset.ts';

const count = z.int().positive();

/** `cache.json`: of which windows the latents are, and what made them. */
export const latentCacheSchema = z.strictObject({
  format: z.literal(1),
  /** `datasetFingerprint` of the pictures. */
  data: z.string(),
  /** Content hash of the autoencoder: parameters and whatever else decides the numbers. */
  encoder: z.string(),
  frames: count,
  stride: count,
  height: count,
  width: count,
  channels: count,
});

/** Latents of windows, beside the dataset that they were made from. */
export type LatentCache = z.infer<typeof latentCacheSchema>;

/**
 * Where the latents lie: `latents/<key>` in the dataset's folder. Other data, another autoencoder or other windows have
 * another key, so that nothing stale is ever read.
 */
export function latentFolder(
  dataset: Dataset,
  { data, encoder, frames, stride }: Pick<LatentCache, 'data' | 'encoder' | 'frames' | 'stride'>,
): string {
  const key = createHash('sha256')
    .update(JSON.stringify([data, encoder, frames, stride]))
    .digest('hex');
  return join(dataset.dir, 'latents', key.slice(0, 16));
}

/** Latents of a segment's windows, `[windows t h w c]` float32, little-endian; t is what the windows' known frames give. */
export function segmentFile(folder: string, segment: number): string {
  return join(folder, `segment_${segment}.bin`);
}
