import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, tensorOf, writeSafetensors } from '@borealis/safetensors';
import { startBackend } from '@borealis/tensor';
import { beforeAll, expect, it } from 'vitest';
import type { BlockFsqWeights } from './block/block-fsq-weights.ts';
import { encode } from './block/encode.ts';
import { fitBlockFsq } from './fit/fit-block-fsq.ts';
import { movingPicture } from './moving-picture.test.fixture.ts';
import { contentHash, fromTensorData, toTensorData } from './weights-tensor-data.ts';

let weights: BlockFsqWeights;
beforeAll(async () => {
  await startBackend();
  ({ weights } = await fitBlockFsq({ clips: () => [movingPicture(1), movingPicture(2)] }));
});

it('come back from a file as they were', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'video-tokenizer-'));
  try {
    const path = join(folder, 'tokenizer.safetensors');
    const { tensors, metadata } = toTensorData(weights);
    await writeSafetensors(path, tensors, { metadata });
    const read = fromTensorData(await readSafetensors(path));
    expect(read).toEqual(weights);
    expect(contentHash(read)).toBe(contentHash(weights));
    expect(await encode(read, movingPicture(3))).toEqual(await encode(weights, movingPicture(3)));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('have another hash when a number or the config changes', () => {
  const hash = contentHash(weights);
  const scales = weights.scales.map((value, i) => (i === 5 ? value * 1.0001 : value));
  expect(contentHash({ ...weights, scales })).not.toBe(hash);
  expect(contentHash({ ...weights, config: { ...weights.config, basis: 'dct' } })).not.toBe(hash);
});

it('are refused where something is missing, foreign, damaged or of another shape', () => {
  const { tensors, metadata } = toTensorData(weights);
  const withTensor = (name: string, values: Float32Array, shape?: number[]): typeof tensors =>
    new Map([...tensors, [name, tensorOf(values, shape)]]);
  const refused = (change: Partial<ReturnType<typeof toTensorData>>): unknown => {
    try {
      return fromTensorData({ tensors, metadata, ...change });
    } catch (error) {
      return error;
    }
  };
  const error = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'weights', message: expect.stringMatching(message) as unknown });

  const without = new Map(tensors);
  without.delete('decoders.1');
  expect(refused({ tensors: without })).toEqual(error(/no tensor decoders\.1/));
  expect(refused({ tensors: withTensor('decoders.3', weights.mean) })).toEqual(
    error(/foreign tensors: decoders\.3/),
  );
  expect(refused({ tensors: withTensor('mean', weights.mean, [8, 8, 3]) })).toEqual(
    error(/mean is F32 \[8, 8, 3\]/),
  );
  const nan = weights.scales.map((value, i) => (i === 2 ? NaN : value));
  expect(refused({ tensors: withTensor('scales', nan) })).toEqual(error(/scales has NaN at place 2/));
  const changed = weights.mean.map((value) => value + 1e-3);
  expect(refused({ tensors: withTensor('mean', changed) })).toEqual(error(/content hash/));
  expect(refused({ metadata: {} })).toEqual(error(/no config/));
  expect(refused({ metadata: { ...metadata, config: '{' } })).toEqual(error(/config can't be read/));
  const config = JSON.stringify({ ...weights.config, levels: [8], extra: 1 });
  expect(refused({ metadata: { ...metadata, config } })).toEqual(error(/config can't be read/));
});
