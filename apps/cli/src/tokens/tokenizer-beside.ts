import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataset } from '@borealis/dataset';
import { writeSafetensors } from '@borealis/safetensors';
import { toTensorData } from '@borealis/video-tokenizer';
import { fitTokenizer } from './fit-tokenizer.ts';
import { loadTokenizer } from './load-tokenizer.ts';
import type { TokenCodec } from './token-codec.ts';
import { blockFsqCodec, openTokenCodec } from './token-codec.ts';

/** A block FSQ tokenizer's file, raw data to fit one on, or a Cosmos tokenizer's file. */
export type TokenizerOrigin =
  { readonly file: string } | { readonly fitOn: string } | { readonly cosmos: string };

/**
 * A tokenizer, and a copy of it as `tokenizer.safetensors` in the folder of the tokens, which is made. Cosmos weights are
 * large and someone else's: they stay where they are.
 */
export async function tokenizerBeside(
  folder: string,
  origin: TokenizerOrigin,
  onProgress: (message: string) => void,
): Promise<TokenCodec> {
  if ('cosmos' in origin) return openTokenCodec(origin.cosmos);
  const path = join(folder, 'tokenizer.safetensors');
  if ('file' in origin) {
    const weights = await loadTokenizer(origin.file);
    await mkdir(folder, { recursive: true });
    const { tensors, metadata } = toTensorData(weights);
    await writeSafetensors(path, tensors, { metadata });
    return blockFsqCodec(weights);
  }
  const training = await openDataset(origin.fitOn);
  try {
    await mkdir(folder, { recursive: true });
    return blockFsqCodec((await fitTokenizer({ training, path, onProgress })).weights);
  } finally {
    await training.close();
  }
}
