import { readSafetensors } from '@borealis/safetensors';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { fromTensorData } from '@borealis/video-tokenizer';

/** Reads a tokenizer's weights. */
export async function loadTokenizer(path: string): Promise<BlockFsqWeights> {
  return fromTensorData(await readSafetensors(path));
}
