import { createHash } from 'node:crypto';
import type { Frames, TokenGrids } from '@borealis/dataset';
import type { TensorData } from '@borealis/safetensors';
import { readSafetensors } from '@borealis/safetensors';
import { namedLeaves, tf } from '@borealis/tensor';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import {
  contentHash,
  cosmosConfigOf,
  cosmosParametersFrom,
  createCosmosTokenizer,
  decode,
  encode,
  fromTensorData,
} from '@borealis/video-tokenizer';

/** A tokenizer of either kind: frames to grids of codes and back, 17 frames a triple. */
export interface TokenCodec {
  readonly name: string;
  /** SHA-256 (hex) of configuration and numbers; tokens note with which they were made. */
  readonly hash: string;
  encode(frames: Frames): Promise<TokenGrids>;
  decode(grids: TokenGrids): Promise<Frames>;
  dispose(): void;
}

/** Reads a tokenizer's file: block FSQ as Borealis writes it, or Cosmos as tools/cosmos/convert_cosmos.py does. */
export async function openTokenCodec(path: string): Promise<TokenCodec> {
  const { tensors, metadata } = await readSafetensors(path);
  if (/"kind"\s*:\s*"block-fsq"/.test(metadata['config'] ?? ''))
    return blockFsqCodec(fromTensorData({ tensors, metadata }));
  return cosmosCodec(tensors, metadata);
}

export function blockFsqCodec(weights: BlockFsqWeights): TokenCodec {
  return {
    name: 'block FSQ',
    hash: contentHash(weights),
    encode: (frames) => encode(weights, frames),
    decode: (grids) => decode(weights, grids),
    dispose: () => undefined,
  };
}

function cosmosCodec(
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>>,
): TokenCodec {
  const config = cosmosConfigOf(metadata);
  const parameters = cosmosParametersFrom(config, tensors);
  const tokenizer = createCosmosTokenizer(config, parameters);
  return {
    name: 'Cosmos',
    hash: hashOf(JSON.stringify(config), tensors),
    encode: (frames) => tokenizer.encode(frames),
    decode: (grids) => tokenizer.decode(grids),
    dispose: () => {
      tokenizer.dispose();
      tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    },
  };
}

function hashOf(config: string, tensors: ReadonlyMap<string, TensorData>): string {
  const hash = createHash('sha256').update(config);
  for (const [name, { dtype, shape, data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`\0${name}\0${dtype}[${shape.join()}]`).update(data);
  return hash.digest('hex');
}
