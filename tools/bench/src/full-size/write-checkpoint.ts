import { join } from 'node:path';
import type { DitSamplerConfig } from '@borealis/dit-sampler';
import { publishedShapes } from '@borealis/dit-sampler';
import type { ShardedFiles, TensorSource } from '@borealis/safetensors';
import { streamSharded, toBfloat16 } from '@borealis/safetensors';
import { createRandom } from '@borealis/tensor';
import { weightScale } from '../suites/dit-sampler/dit-setting.ts';

const SHARD_BYTES = 4e9;
/** Numbers that are drawn once; tensors are made of them over and over, scaled. */
const DRAWN = 1 << 20;
const BYTES = 2;

/** Writes all of the published transformer's tensors in bfloat16, in shards with an index; the values are drawn. */
export async function writeCheckpoint(
  folder: string,
  config: DitSamplerConfig,
): Promise<ShardedFiles & { readonly bytes: number; readonly parameterCount: number }> {
  const { normal } = createRandom(1);
  const drawn = Float32Array.from({ length: DRAWN }, normal);
  const sources = Object.entries(publishedShapes(config)).map(([name, shape]) =>
    sourceOf(name, shape, drawn),
  );
  const parameterCount = sources.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const path = join(folder, 'diffusion_pytorch_model.safetensors');
  const files = await streamSharded(path, sources, { maxShardBytes: SHARD_BYTES });
  return { ...files, bytes: parameterCount * BYTES, parameterCount };
}

function sourceOf(name: string, shape: readonly number[], drawn: Float32Array): TensorSource {
  const { mean, deviation } = weightScale(name, shape);
  const size = sizeOf(shape);
  return {
    ...{ name, dtype: 'BF16', shape },
    *data() {
      const values = toBfloat16(drawn.subarray(0, size).map((value) => mean + deviation * value));
      const bytes = new Uint8Array(values.buffer);
      for (let left = size * BYTES; left > 0; left -= bytes.length) yield bytes.subarray(0, left);
    },
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
