import { describe, expect, onTestFinished, test } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import { permutation } from './permutation.ts';
import { shuffledWindows } from './shuffled-windows.ts';
import type { ShuffledWindowsOptions } from './shuffled-windows.ts';
import { STATE_COUNT } from './state-names.ts';
import { madeStates, madeTokens, sampleSplit, temporaryFolder } from './dataset.test.fixture.ts';
import type { Window } from './window.ts';
import { writeTokenizedDataset } from './write-tokenized-dataset.ts';

async function opened(dir: string): Promise<Dataset> {
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

/** 9 segments of 2 to 10 triples in shards of at most 170 frames. */
async function tokenized(): Promise<Dataset> {
  const dir = await temporaryFolder();
  const segments = Array.from({ length: 9 }, (_, i) => madeTokens(i + 2, i * 1000));
  await writeTokenizedDataset(segments, { dir, layout: 'flat', framesPerShard: 170 });
  return opened(dir);
}

/** A foreign shard: triples every 17 frames of the shard, segments of the given lengths, one code per triple. */
async function foreign(lengths: readonly number[]): Promise<Dataset> {
  const dir = await temporaryFolder();
  const ids = Int32Array.from(lengths.flatMap((length, i) => Array.from({ length }, () => i + 7)));
  const codes = Int32Array.from({ length: Math.ceil(ids.length / 17) * 48 }, (_, i) => Math.floor(i / 48));
  await writeFile(join(dir, 'metadata.json'), '{"num_shards": 1, "token_shape": [3, 4, 4], "query": null}');
  await writeFile(join(dir, 'metadata_0.json'), `{"shard_num_frames": ${ids.length}}`);
  await writeFile(join(dir, 'segment_idx_0.bin'), ids);
  await writeFile(join(dir, 'states_0.bin'), madeStates(ids.length));
  await writeFile(join(dir, 'video_0.bin'), codes);
  return opened(dir);
}

describe('windows of frames', () => {
  test('stay inside a segment, for every window of the sample data', async () => {
    const dataset = await opened(sampleSplit('train'));
    const windows = dataset.windows({ frames: 77, stride: 8, content: 'frames' });
    let expected = 0;
    for (const { frames } of dataset.segments) expected += Math.floor((frames - 77) / 8) + 1;
    expect(windows.count).toBe(expected);
    for (let i = 0; i < windows.count; i++) {
      const { segment, shard, start } = windows.locate(i);
      const home = dataset.segments[segment];
      expect(home?.shard).toBe(shard);
      expect(start).toBeGreaterThanOrEqual(home?.start ?? Infinity);
      expect(start + 77).toBeLessThanOrEqual((home?.start ?? 0) + (home?.frames ?? 0));
    }
  });

  test('starts are counted from the first frame of each segment: 107 windows of 77 in val', async () => {
    const dataset = await opened(sampleSplit('val')); // 187, 142, 147, 105, 166, 195, 117, 184, 189, 146 frames
    expect(dataset.windows({ frames: 77, stride: 8, content: 'frames' }).count).toBe(107);
  });

  test('a window holds the frames and states from its start', async () => {
    const dataset = await opened(sampleSplit('val'));
    const windows = dataset.windows({ frames: 20, stride: 3, content: 'frames' });
    const window = await windows.at(60);
    const place = windows.locate(60);
    expect(window).toMatchObject({ ...place, frameCount: 20 });
    expect(window.frames).toEqual(await dataset.readFrames(place.shard, place.start, 20));
    expect(window.states).toEqual(await dataset.readStates(place.shard, place.start, 20));
    expect(window.tokens).toBeUndefined();
  });

  test('firstOf gives the windows of a segment', async () => {
    const dataset = await opened(sampleSplit('train'));
    const windows = dataset.windows({ frames: 110, stride: 1, content: 'frames' });
    for (let segment = 0; segment < 40; segment++) {
      for (let i = windows.firstOf(segment); i < windows.firstOf(segment + 1); i++) {
        expect(windows.locate(i).segment).toBe(segment);
      }
    }
    expect(windows.firstOf(40)).toBe(windows.count);
    expect(() => windows.firstOf(41)).toThrow(/41/);
  });

  test.each([
    { frames: 0, stride: 1 },
    { frames: 17, stride: 0 },
    { frames: 1.5, stride: 1 },
    { frames: NaN, stride: 1 },
  ])('$frames frames every $stride is refused', async (spec) => {
    const dataset = await opened(sampleSplit('val'));
    expect(() => dataset.windows({ ...spec, content: 'frames' })).toThrow(
      expect.objectContaining({ code: 'window-spec' }),
    );
  });

  test('a number out of range is refused', async () => {
    const windows = (await opened(sampleSplit('val'))).windows({ frames: 17, stride: 17, content: 'frames' });
    for (const i of [-1, windows.count, 0.5, NaN]) {
      await expect(windows.at(i)).rejects.toMatchObject({ code: 'range' });
    }
  });
});

describe('windows of tokens', () => {
  test('two triples of one segment: 34 frames, 6 grids', async () => {
    const dataset = await tokenized();
    const windows = dataset.windows({ frames: 34, stride: 17, content: 'tokens' });
    expect(windows.count).toBe(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9);
    const last = await windows.at(windows.count - 1);
    const home = dataset.segments[8];
    expect(last).toMatchObject({ segment: 8, shard: home?.shard, frameCount: 34 });
    expect(last.start).toBe((home?.start ?? 0) + 8 * 17);
    expect(last.tokens).toMatchObject({ count: 6, height: 4, width: 4 });
    expect(last.tokens?.data[0]).toBe(8000 + 8 * 48);
    expect(last.states).toEqual(madeTokens(10, 8000).states.slice(8 * 17 * STATE_COUNT));
  });

  test('of foreign data, triples that straddle a change of segment are left out', async () => {
    // triples:   0 1 | 2 straddles 40 | 3 4 5 | 6 straddles 110 | 7 (119..135) | 8 lacks frames
    const dataset = await foreign([40, 70, 35]);
    const one = dataset.windows({ frames: 17, stride: 17, content: 'tokens' });
    const codes: (number | undefined)[] = [];
    for (let i = 0; i < one.count; i++) {
      const { tokens, start, states } = await one.at(i);
      codes.push(tokens?.data[0]);
      expect(start).toBe((tokens?.data[0] ?? 0) * 17);
      expect(states[0]).toBe(start);
    }
    expect(codes).toEqual([0, 1, 3, 4, 5, 7]);
    const two = dataset.windows({ frames: 34, stride: 17, content: 'tokens' });
    expect(Array.from({ length: two.count }, (_, i) => two.locate(i).start / 17)).toEqual([0, 3, 4]);
  });

  test('segments shorter than a triple give nothing', async () => {
    expect(
      (await foreign([16, 16, 16, 3])).windows({ frames: 17, stride: 17, content: 'tokens' }).count,
    ).toBe(0);
  });

  test.each([
    { frames: 33, stride: 17 },
    { frames: 34, stride: 8 },
  ])('$frames frames every $stride is refused: no whole triples', async (spec) => {
    const dataset = await tokenized();
    expect(() => dataset.windows({ ...spec, content: 'tokens' })).toThrow(/multiple of 17/);
    expect(() => dataset.windows({ frames: 34, stride: 17, content: 'frames' })).toThrow(/holds no frames/);
  });
});

describe('shuffledWindows', () => {
  const spec = { frames: 17, stride: 17, content: 'tokens' } as const;
  const key = ({ shard, start }: Window): string => `${shard}:${start}`;

  async function take(
    dataset: Dataset,
    count: number,
    options: Partial<ShuffledWindowsOptions> = {},
  ): Promise<Window[]> {
    const windows: Window[] = [];
    for await (const window of shuffledWindows(dataset, { spec, seed: 5, blockSegments: 4, ...options })) {
      windows.push(window);
      if (windows.length === count) break;
    }
    return windows;
  }

  test('an epoch holds each window once; epochs and seeds differ; block by block', async () => {
    const dataset = await tokenized();
    const { count } = dataset.windows(spec);
    const two = await take(dataset, Infinity, { epochs: 2 });
    expect(two).toHaveLength(2 * count);
    const [first, second] = [two.slice(0, count), two.slice(count)];
    expect(new Set(first.map(key)).size).toBe(count);
    expect(new Set(second.map(key)).size).toBe(count);
    expect(first.map(key)).not.toEqual(second.map(key));
    expect((await take(dataset, count, { seed: 6 })).map(key)).not.toEqual(first.map(key));
    const blocks = first
      .map(({ segment }) => Math.floor(segment / 4))
      .filter((block, i, all) => block !== all[i - 1]);
    expect(blocks.toSorted()).toEqual([0, 1, 2]);
  });

  test('the order is the same everywhere: some of it, written down', async () => {
    const dataset = await tokenized();
    expect((await take(dataset, 8)).map(key)).toMatchInlineSnapshot(`
      [
        "3:51",
        "5:17",
        "3:34",
        "4:17",
        "2:68",
        "5:119",
        "2:17",
        "5:136",
      ]
    `);
    expect([...permutation(10, ['a', 1])]).toMatchInlineSnapshot(`
      [
        0,
        6,
        1,
        2,
        9,
        3,
        4,
        5,
        8,
        7,
      ]
    `);
  });

  test('goes on from any stored position with the same windows', async () => {
    const dataset = await tokenized();
    const { count } = dataset.windows(spec);
    const all = await take(dataset, 2 * count + 5);
    for (let i = 0; i < all.length - 1; i++) {
      const position = JSON.parse(JSON.stringify(all[i]?.position)) as NonNullable<Window['position']>;
      const next = await take(dataset, 3, { position });
      expect(next.slice(0, all.length - i - 1)).toEqual(all.slice(i + 1, i + 4));
    }
  });

  test('epochs counts from the very start, also after resuming', async () => {
    const dataset = await tokenized();
    const { count } = dataset.windows(spec);
    const all = await take(dataset, Infinity, { epochs: 2 });
    const position = all[count + 9]?.position;
    expect(position?.epoch).toBe(1);
    expect(await take(dataset, Infinity, { epochs: 2, ...(position && { position }) })).toHaveLength(
      count - 10,
    );
    expect(await take(dataset, Infinity, { epochs: 0 })).toEqual([]);
  });

  test('shares together are the whole, group by group, with the position behind the group', async () => {
    const dataset = await tokenized();
    const all = await take(dataset, Infinity, { epochs: 2 });
    const groups = Math.floor(all.length / 3);
    for (const index of [0, 1, 2]) {
      const own = await take(dataset, Infinity, { epochs: 2, share: { index, of: 3 } });
      expect(own.map(key)).toEqual(all.filter((_, i) => i % 3 === index && i < 3 * groups).map(key));
      expect(own.map(({ position }) => position)).toEqual(own.map((_, i) => all[3 * i + 2]?.position));
      const position = own[4]?.position;
      const rest = await take(dataset, 5, { share: { index, of: 3 }, ...(position && { position }) });
      expect(rest.map(key)).toEqual(own.slice(5, 10).map(key));
    }
  });

  test('blocks without windows are passed over', async () => {
    const dataset = await tokenized();
    const long = { frames: 17 * 10, stride: 17, content: 'tokens' } as const; // only the last segment has one
    const windows = await take(dataset, 3, { spec: long, blockSegments: 1 });
    expect(windows.map(({ segment, position }) => [segment, position?.epoch])).toEqual([
      [8, 0],
      [8, 1],
      [8, 2],
    ]);
  });

  test('no windows at all is an error, not an endless search', async () => {
    const dataset = await tokenized();
    const none = { frames: 17 * 11, stride: 17, content: 'tokens' } as const;
    await expect(take(dataset, 1, { spec: none })).rejects.toMatchObject({ code: 'window-spec' });
  });

  test.each([
    [{ seed: 0.5 }, /seed/],
    [{ seed: NaN }, /seed/],
    [{ blockSegments: 0 }, /blockSegments/],
    [{ epochs: -1 }, /epochs/],
    [{ share: { index: 2, of: 2 } }, /share.index must be below share.of, 2; it is 2/],
    [{ share: { index: 0, of: 0 } }, /share.of/],
    [{ position: { epoch: 0, block: -1, index: 0 } }, /position.block/],
    [{ position: { epoch: 0, block: 4, index: 0 } }, /another dataset/],
    [{ position: { epoch: 0, block: 0, index: 1000 } }, /another dataset/],
  ])('refuses %o', async (options, message) => {
    await expect(take(await tokenized(), 1, options)).rejects.toThrow(message);
  });
});
