import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset } from '@borealis/dataset';
import { writeSafetensors } from '@borealis/safetensors';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { toTensorData } from '@borealis/video-tokenizer';
import { fitTokenizer } from './fit-tokenizer.ts';
import { loadTokenizer } from './load-tokenizer.ts';

/** A tokenizer's file, or raw data to fit one on. */
export type TokenizerOrigin = { readonly file: string } | { readonly fitOn: string };

/** A tokenizer, and a copy of it as `tokenizer.safetensors` in the folder of the tokens, which is made. */
export async function tokenizerBeside(
  folder: string,
  origin: TokenizerOrigin,
  onProgress: (message: string) => void,
): Promise<BlockFsqWeights> {
  const path = join(folder, 'tokenizer.safetensors');
  if ('file' in origin) {
    const weights = await loadTokenizer(origin.file);
    await mkdir(folder, { recursive: true });
    const { tensors, metadata } = toTensorData(weights);
    await writeSafetensors(path, tensors, { metadata });
    return weights;
  }
  const training = await openDataset(origin.fitOn);
  try {
    await mkdir(folder, { recursive: true });
    return (await fitTokenizer({ training, path, onProgress })).weights;
  } finally {
    await training.close();
  }
}
