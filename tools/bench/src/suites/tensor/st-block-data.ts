import type { Random } from '@borealis/tensor';
import type { NamedData } from '../layer-data.ts';
import { linearData, normData } from '../layer-data.ts';

export interface StBlockSizes {
  readonly times: number;
  readonly places: number;
  readonly channels: number;
  readonly heads: number;
  readonly mlpRatio: number;
}

/** A layer's parameters under the names of 1xgpt's checkpoints. */
export function stBlockData(
  random: Random,
  { channels, mlpRatio }: StBlockSizes,
  prefix: '' | `${string}.` = '',
): NamedData {
  const linear = (name: string, outSize: number, inSize: number) =>
    linearData(random, `${prefix}${name}`, { inSize, outSize });
  const norm = (name: string) => normData(random, `${prefix}${name}`, channels);
  const attention = (name: string) => [
    ...linear(`${name}.qkv`, 3 * channels, channels),
    ...linear(`${name}.proj`, channels, channels),
  ];
  return [
    ...norm('norm1'),
    ...attention('spatial_attn'),
    ...norm('temporal_norm'),
    ...attention('temporal_attn'),
    ...norm('norm2'),
    ...linear('mlp.fc1', mlpRatio * channels, channels),
    ...linear('mlp.fc2', channels, mlpRatio * channels),
  ];
}
