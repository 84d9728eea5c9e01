import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import { madeFrames, madeTokens, temporaryFolder } from './dataset.test.fixture.ts';
import { validateDataset } from './validate-dataset.ts';
import { writeRawDataset } from './write-raw-dataset.ts';
import { writeTokenizedDataset } from './write-tokenized-dataset.ts';

async function opened(dir: string): Promise<Dataset> {
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('writeTokenizedDataset', () => {
  test.each(['flat', 'foldered'] as const)('%s: what was written is what is read', async (layout) => {
    const dir = await temporaryFolder();
    const segments = [2, 5, 1, 4].map((triples, i) => ({ ...madeTokens(triples, i * 777), id: 3 * i + 1 }));
    const summary = await writeTokenizedDataset(segments, {
      dir,
      layout,
      framesPerShard: 120,
      metadata: { made_by: 'test' },
    });
    expect(summary).toEqual({ shards: 2, segments: 4, frames: 204 });
    expect(await validateDataset(dir)).toEqual([]);
    const dataset = await opened(dir);
    expect(dataset).toMatchObject({
      form: 'tokenized',
      layout,
      tokenShape: [3, 4, 4],
      frameCount: 204,
      frameSize: undefined,
    });
    expect(dataset.metadata).toMatchObject({ made_by: 'test', num_shards: 2, num_images: 204 });
    expect(dataset.segments.map(({ id, shard, start }) => [id, shard, start])).toEqual([
      [1, 0, 0],
      [4, 0, 34],
      [7, 1, 0],
      [10, 1, 17],
    ]);
    for (const [i, { shard, start, frames }] of dataset.segments.entries()) {
      expect(await dataset.readTokens(shard, start / 17, frames / 17)).toEqual(segments[i]?.tokens);
      expect(await dataset.readStates(shard, start, frames)).toEqual(segments[i]?.states);
    }
  });

  test('views into larger arrays are written as they are', async () => {
    const dir = await temporaryFolder();
    const { tokens, states } = madeTokens(3);
    const part = {
      tokens: { ...tokens, data: tokens.data.subarray(48, 96), count: 3 },
      states: states.subarray(425, 850),
    };
    await writeTokenizedDataset([part], { dir, layout: 'flat', framesPerShard: 100 });
    const dataset = await opened(dir);
    expect((await dataset.readTokens(0, 0, 1)).data).toEqual(part.tokens.data);
    expect(await dataset.readStates(0, 0, 17)).toEqual(part.states);
  });

  test('a segment longer than a shard may be has a shard of its own', async () => {
    const dir = await temporaryFolder();
    const summary = await writeTokenizedDataset(
      [1, 9, 1].map((n) => madeTokens(n)),
      { dir, layout: 'flat', framesPerShard: 20 },
    );
    expect(summary.shards).toBe(3);
  });

  test.each([
    ['states for fewer frames', { ...madeTokens(2), states: madeTokens(1).states }],
    ['grids that are no whole triples', { ...madeTokens(2), tokens: { ...madeTokens(2).tokens, count: 5 } }],
    ['grids of another size', madeTokens(2, 0, 8)],
    ['no grids', madeTokens(0)],
    [
      'a code too high',
      { ...madeTokens(1), tokens: { ...madeTokens(1).tokens, data: new Int32Array(48).fill(64_000) } },
    ],
    ['a state that is NaN', { ...madeTokens(1), states: new Float32Array(425).fill(NaN) }],
    ['an id that goes back', { ...madeTokens(1), id: 0 }],
  ])('refuses %s and leaves no dataset', async (_, bad) => {
    const dir = await temporaryFolder();
    const segments = [madeTokens(2), bad];
    await expect(
      writeTokenizedDataset(segments, { dir, layout: 'foldered', framesPerShard: 1000 }),
    ).rejects.toMatchObject({
      code: 'input',
    });
    expect(await filesIn(dir)).toEqual([]);
  });

  test('an interrupted write is seen as incomplete, and can be done again', async () => {
    const dir = await temporaryFolder();
    const options = { dir, layout: 'flat', framesPerShard: 34 } as const;
    async function* interrupted(): AsyncGenerator<ReturnType<typeof madeTokens>> {
      yield madeTokens(2);
      yield await Promise.resolve(madeTokens(2, 50));
      throw new Error('the power went off');
    }
    await expect(writeTokenizedDataset(interrupted(), options)).rejects.toThrow('the power went off');
    expect((await filesIn(dir)).toSorted()).toEqual([
      'metadata_0.json',
      'segment_idx_0.bin',
      'states_0.bin',
      'video_0.bin',
    ]);
    await expect(openDataset(dir)).rejects.toThrow(/interrupted/);
    await writeTokenizedDataset([madeTokens(2), madeTokens(3)], options);
    expect(await validateDataset(dir)).toEqual([]);
    await expect(writeTokenizedDataset([madeTokens(2)], options)).rejects.toMatchObject({ code: 'exists' });
  });

  test('nothing to write is an error', async () => {
    const dir = join(await temporaryFolder(), 'new');
    await expect(writeTokenizedDataset([], { dir, layout: 'flat', framesPerShard: 1 })).rejects.toMatchObject(
      { code: 'input' },
    );
    await expect(
      writeTokenizedDataset([madeTokens(1)], { dir, layout: 'flat', framesPerShard: 0 }),
    ).rejects.toMatchObject({ code: 'input' });
  });
});

describe('writeRawDataset', () => {
  test.each(['flat', 'foldered'] as const)('%s: pictures nearly, states exactly', async (layout) => {
    const dir = await temporaryFolder();
    const segments = [madeFrames(20), madeFrames(33, 2), madeFrames(7, 4)];
    const summary = await writeRawDataset(segments, { dir, layout, framesPerShard: 60, hz: 25 });
    expect(summary).toEqual({ shards: 1, segments: 3, frames: 60 });
    expect(await validateDataset(dir, { decodeVideo: true })).toEqual([]);
    const dataset = await opened(dir);
    expect(dataset).toMatchObject({ form: 'raw', layout, hz: 25, frameSize: { width: 32, height: 16 } });
    for (const [i, { shard, start, frames }] of dataset.segments.entries()) {
      const { data } = await dataset.readFrames(shard, start, frames);
      const source = segments[i]?.frames.data ?? data;
      const mse = data.reduce((sum, value, j) => sum + (value - (source[j] ?? 0)) ** 2, 0) / data.length;
      expect(mse).toBeLessThan(50);
      expect(await dataset.readStates(shard, start, frames)).toEqual(segments[i]?.states);
    }
  });

  test('several shards', async () => {
    const dir = await temporaryFolder();
    const segments = [madeFrames(20), madeFrames(20, 2), madeFrames(20, 4)];
    expect(await writeRawDataset(segments, { dir, layout: 'flat', framesPerShard: 40 })).toMatchObject({
      shards: 2,
    });
    expect((await opened(dir)).shards.map(({ frameCount }) => frameCount)).toEqual([40, 20]);
  });

  test.each([
    ['odd sides', [madeFrames(3, 0, 31, 16)]],
    ['another size', [madeFrames(3), madeFrames(3, 0, 16, 16)]],
    ['too few states', [{ ...madeFrames(3), states: madeFrames(2).states }]],
  ])('refuses %s and leaves nothing behind', async (_, segments) => {
    const dir = await temporaryFolder();
    await expect(
      writeRawDataset(segments, { dir, layout: 'flat', framesPerShard: 40 }),
    ).rejects.toMatchObject({ code: 'input' });
    expect(await filesIn(dir)).toEqual([]);
  });
});
