import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ShardedFiles, TensorSource } from '@borealis/safetensors';
import { dtypeBits, streamSharded } from '@borealis/safetensors';
import type { LoadingRow } from './loading-row.ts';

const WIDTH = 1024;
const CHUNK_BYTES = 4 << 20;

/** Writes a transformer's parameters: as many blocks of width 1,024 as make up about `bytes`, the values random. */
export async function writeSample(
  folder: string,
  { dtype, shards }: Pick<LoadingRow, 'dtype' | 'shards'>,
  bytes: number,
): Promise<ShardedFiles & { readonly bytes: number }> {
  const random = randomBytes(CHUNK_BYTES);
  const elementBytes = dtypeBits(dtype) / 8;
  const sources: TensorSource[] = [];
  let total = 0;
  for (let block = 0; total < bytes; block++) {
    for (const [name, shape] of blockShapes()) {
      const size = shape.reduce((a, b) => a * b, elementBytes);
      const data = function* () {
        for (let done = 0; done < size; done += CHUNK_BYTES)
          yield random.subarray(0, Math.min(CHUNK_BYTES, size - done));
      };
      sources.push({ name: `blocks.${block}.${name}`, dtype, shape, data });
      total += size;
    }
  }
  const maxShardBytes = Math.ceil((total * 1.02) / shards);
  const written = await streamSharded(join(folder, 'model.safetensors'), sources, { maxShardBytes });
  return { ...written, bytes: total };
}

function blockShapes(): [name: string, shape: number[]][] {
  const linear = (name: string, out: number, from: number): [string, number[]][] => [
    [`${name}.weight`, [out, from]],
    [`${name}.bias`, [out]],
  ];
  return [
    ...['q', 'k', 'v', 'o'].flatMap((name) => linear(`attention.${name}`, WIDTH, WIDTH)),
    ...linear('mlp.up', 4 * WIDTH, WIDTH),
    ...linear('mlp.down', WIDTH, 4 * WIDTH),
    ...['norm1', 'norm2'].map((name): [string, number[]] => [`${name}.weight`, [WIDTH]]),
  ];
}
