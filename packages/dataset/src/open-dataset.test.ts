import { copyFile, cp, mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Dataset } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import { STATE_COUNT, STATE_NAMES } from './state-names.ts';
import { madeStates, madeTokens, sampleSplit, temporaryFolder } from './dataset.test.fixture.ts';
import { validateDataset } from './validate-dataset.ts';
import { writeTokenizedDataset } from './write-tokenized-dataset.ts';

async function opened(dir: string): Promise<Dataset> {
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

/** The flat layout of the sample data, moved into folders. */
async function foldered(source: string): Promise<string> {
  const dir = await temporaryFolder();
  await cp(source, dir, { recursive: true });
  for (const [folder, name] of [
    ['videos', 'video_0.mp4'],
    ['robot_states', 'states_0.bin'],
    ['segment_indices', 'segment_idx_0.bin'],
    ['metadata', 'metadata_0.json'],
  ] as const) {
    await mkdir(join(dir, folder), { recursive: true });
    await rename(join(dir, name), join(dir, folder, name));
  }
  return dir;
}

describe('the sample data', () => {
  test('train: three shards, 40 segments', async () => {
    const dataset = await opened(sampleSplit('train'));
    expect(dataset).toMatchObject({
      form: 'raw',
      layout: 'flat',
      hz: 30,
      frameCount: 6271,
      tokenShape: undefined,
    });
    expect(dataset.frameSize).toEqual({ width: 128, height: 128 });
    expect(dataset.shards.map(({ frameCount }) => frameCount)).toEqual([2363, 1913, 1995]);
    expect(dataset.segments).toHaveLength(40);
    expect(dataset.segments.reduce((sum, { frames }) => sum + frames, 0)).toBe(6271);
    expect(dataset.segments.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test('states are read by position', async () => {
    const dataset = await opened(sampleSplit('train'));
    const bytes = await readFile(join(sampleSplit('train'), 'states_1.bin'));
    const states = await dataset.readStates(1, 100, 3);
    expect(states).toHaveLength(3 * STATE_COUNT);
    expect([...states]).toEqual(
      Array.from({ length: 75 }, (_, i) => bytes.readFloatLE((100 * STATE_COUNT + i) * 4)),
    );
    await expect(dataset.readStates(1, 1912, 2)).rejects.toMatchObject({ code: 'range', shard: 1 });
    await expect(dataset.readStates(3, 0, 1)).rejects.toMatchObject({ code: 'range' });
  });

  test('folders and flat give the same', async () => {
    const dir = await foldered(sampleSplit('val'));
    const [flat, folders] = [await opened(sampleSplit('val')), await opened(dir)];
    expect(folders.layout).toBe('foldered');
    expect(folders.segments).toEqual(flat.segments);
    const spec = { frames: 5, stride: 100, content: 'frames' } as const;
    expect(await folders.windows(spec).at(7)).toEqual(await flat.windows(spec).at(7));
    await rename(join(dir, 'metadata.json'), join(dir, 'metadata', 'metadata.json')); // as some copies have it
    expect((await opened(dir)).frameCount).toBe(1578);
  });

  test('test clips: 17 frames, 77 states, one window each', async () => {
    const dataset = await opened(sampleSplit('test'));
    expect(dataset).toMatchObject({ form: 'raw', layout: 'clips', frameCount: 170 });
    expect(dataset.segments).toHaveLength(10);
    const windows = dataset.windows({ frames: 77, stride: 8, content: 'frames' });
    expect(windows.count).toBe(10);
    const window = await windows.at(3);
    expect(window).toMatchObject({ shard: 3, segment: 3, start: 0, frameCount: 77 });
    expect(window.states).toHaveLength(77 * STATE_COUNT);
    expect(window.frames?.count).toBe(17);
    expect(dataset.windows({ frames: 17, stride: 1, content: 'frames' }).count).toBe(10);
    expect(dataset.windows({ frames: 78, stride: 1, content: 'frames' }).count).toBe(0);
  });

  test('no problems are found, decoding every frame of val and test', async () => {
    expect(await validateDataset(sampleSplit('train'))).toEqual([]);
    expect(await validateDataset(sampleSplit('val'), { decodeVideo: true })).toEqual([]);
    expect(await validateDataset(sampleSplit('test'), { decodeVideo: true })).toEqual([]);
  });

  test('tokens are not there to be read, and after close nothing is', async () => {
    const dataset = await openDataset(sampleSplit('val'));
    await expect(dataset.readTokens(0, 0, 1)).rejects.toMatchObject({ code: 'content' });
    expect(() => dataset.windows({ frames: 34, stride: 17, content: 'tokens' })).toThrow(
      /raw data and holds no tokens/,
    );
    await dataset.close();
    await expect(dataset.readStates(0, 0, 1)).rejects.toMatchObject({ code: 'closed' });
    await expect(dataset.readFrames(0, 0, 1)).rejects.toMatchObject({ code: 'closed' });
  });
});

test('there are 25 states', () => {
  expect(STATE_COUNT).toBe(25);
  expect(STATE_NAMES[20]).toBe('NECK_PITCH');
  expect(STATE_NAMES[24]).toBe('ANGULAR_VELOCITY');
});

describe('metadata', () => {
  async function withMetadata(change: (metadata: Record<string, unknown>) => unknown): Promise<string> {
    const dir = await temporaryFolder();
    await writeTokenizedDataset([madeTokens(2)], { dir, layout: 'flat', framesPerShard: 100 });
    const path = join(dir, 'metadata.json');
    const metadata = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify(change(metadata)));
    return dir;
  }

  test('foreign keys are kept, null is as good as absent', async () => {
    const dir = await withMetadata((metadata) => ({
      ...metadata,
      query: null,
      shard_ind: 3,
      hz: null,
      num_images: null,
    }));
    const dataset = await opened(dir);
    expect(dataset.hz).toBe(30);
    expect(dataset.metadata).toMatchObject({ query: null, shard_ind: 3 });
  });

  test.each([
    ['num_shards', { num_shards: 'many' }],
    ['num_shards', { num_shards: 0 }],
    ['num_shards', { num_shards: 1e12 }],
    ['hz', { hz: -30 }],
    ['token_shape', { token_shape: [4, 32, 32] }],
    ['token_shape', { token_shape: [3, 0, 32] }],
  ])('a bad %s is named', async (key, change) => {
    const dir = await withMetadata((metadata) => ({ ...metadata, ...change }));
    await expect(openDataset(dir)).rejects.toMatchObject({
      code: 'metadata',
      message: expect.stringContaining(key) as string,
    });
  });

  test('no object, no JSON', async () => {
    await expect(openDataset(await withMetadata(() => null))).rejects.toMatchObject({ code: 'metadata' });
    const dir = await withMetadata(() => ({}));
    await writeFile(join(dir, 'metadata.json'), '{"num_shards": 1');
    await expect(openDataset(dir)).rejects.toMatchObject({ code: 'metadata' });
  });

  test('the default token shape is that of Cosmos', async () => {
    const dir = await withMetadata(({ num_shards, num_images, hz }) => ({ num_shards, num_images, hz }));
    // 2 triples of 3×4×4 codes have not the size of 3×32×32
    await expect(openDataset(dir)).rejects.toMatchObject({
      code: 'file-size',
      message: expect.stringContaining('token_shape') as string,
    });
  });

  test('num_images that does not add up is told by validation', async () => {
    const dir = await withMetadata((metadata) => ({ ...metadata, num_images: 35 }));
    expect(await validateDataset(dir)).toMatchObject([{ severity: 'error', code: 'metadata' }]);
    expect((await opened(dir)).frameCount).toBe(34);
  });
});

describe('broken files', () => {
  async function broken(damage: (dir: string) => Promise<unknown>, split = 'val'): Promise<string> {
    const dir = await temporaryFolder();
    await cp(sampleSplit(split), dir, { recursive: true });
    await damage(dir);
    return dir;
  }
  async function overwrite(path: string, byte: number, bytes: Buffer): Promise<void> {
    const content = await readFile(path);
    bytes.copy(content, byte);
    await writeFile(path, content);
  }

  test.each(['video_0.mp4', 'states_0.bin', 'segment_idx_0.bin', 'metadata_0.json', 'metadata.json'])(
    'without %s',
    async (name) => {
      const dir = await broken((folder) => rm(join(folder, name)));
      await expect(openDataset(dir)).rejects.toMatchObject({ code: 'missing-file', file: join(dir, name) });
      expect(await validateDataset(dir)).toMatchObject([{ severity: 'fatal', code: 'missing-file' }]);
    },
  );

  test('several problems are listed at once, and opening tells of the first', async () => {
    const dir = await broken(async (folder) => {
      await truncate(join(folder, 'states_2.bin'), 1000);
      await rm(join(folder, 'segment_idx_1.bin'));
    }, 'train');
    const problems = await validateDataset(dir);
    expect(problems).toMatchObject([
      { code: 'missing-file', shard: 1 },
      { code: 'file-size', shard: 2, byte: 1000 },
    ]);
    await expect(openDataset(dir)).rejects.toThrow(/segment_idx_1.bin is missing.*1 more/);
  });

  test.each([
    ['states_0.bin', 157_799, 'int'],
    ['segment_idx_0.bin', 6311, 'short'],
    ['segment_idx_0.bin', 0, 'empty'],
  ])('%s cut to %i bytes', async (name, bytes) => {
    const dir = await broken((folder) => truncate(join(folder, name), bytes));
    await expect(openDataset(dir)).rejects.toMatchObject({
      code: 'file-size',
      byte: bytes,
      file: join(dir, name),
    });
  });

  test('a video with another number of frames', async () => {
    const dir = await broken((folder) =>
      copyFile(join(sampleSplit('test'), 'video_0.mp4'), join(folder, 'video_0.mp4')),
    );
    await expect(openDataset(dir)).rejects.toMatchObject({
      code: 'video',
      message: expect.stringContaining('17 frames') as string,
    });
  });

  test('states that are not finite: validation counts them, a window refuses them', async () => {
    const nan = Buffer.from([0, 0, 0xc0, 0x7f]);
    const infinity = Buffer.from([0, 0, 0x80, 0x7f]);
    const dir = await broken(async (folder) => {
      await overwrite(join(folder, 'states_0.bin'), (40 * STATE_COUNT + 20) * 4, nan);
      await overwrite(join(folder, 'states_0.bin'), (41 * STATE_COUNT + 3) * 4, infinity);
    });
    const problems = await validateDataset(dir);
    expect(problems).toMatchObject([
      { code: 'state-values', severity: 'error', frame: 40, byte: 4080, shard: 0 },
    ]);
    expect(problems[0]?.message).toMatch(/2 states.*NECK_PITCH = NaN/);
    const windows = (await opened(dir)).windows({ frames: 10, stride: 10, content: 'frames' });
    await expect(windows.at(4)).rejects.toMatchObject({ code: 'state-values', frame: 40, byte: 4080 });
    expect((await windows.at(3)).start).toBe(30);
  });

  test('a segment index that goes back is told, and cuts segments all the same', async () => {
    const dir = await broken((folder) =>
      overwrite(join(folder, 'segment_idx_0.bin'), 200, Buffer.from([255, 255, 255, 255])),
    );
    expect(await validateDataset(dir)).toMatchObject([
      { code: 'segments', severity: 'error', frame: 50, byte: 200 },
    ]);
    const { segments } = await opened(dir);
    expect(segments.slice(0, 2)).toMatchObject([
      { start: 0, frames: 50 },
      { id: -1, start: 50, frames: 1 },
    ]);
  });

  test('a picture damaged inside the video is found where decoding is asked for', async () => {
    const dir = await broken(async (folder) => {
      const path = join(folder, 'video_0.mp4');
      const bytes = await readFile(path);
      bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 20_000);
      await writeFile(path, bytes);
    });
    expect(await validateDataset(dir)).toEqual([]);
    expect(await validateDataset(dir, { decodeVideo: true })).toMatchObject([{ code: 'video', shard: 0 }]);
  });

  test('a clip without its states, and one with too few', async () => {
    const dir = await broken(async (folder) => {
      await rm(join(folder, 'states_4.bin'));
      await truncate(join(folder, 'states_7.bin'), 7600);
    }, 'test');
    expect(await validateDataset(dir)).toMatchObject([
      { code: 'missing-file', shard: 4 },
      { code: 'file-size', shard: 7 },
    ]);
  });

  test('a folder that is not there, or of another kind', async () => {
    await expect(openDataset('/nowhere')).rejects.toThrow(/is not there/);
    await expect(openDataset(join(sampleSplit('train'), '..'))).rejects.toThrow(/one split/);
  });

  test('a dataset that lacks all of many shards stops listing', async () => {
    const dir = await broken((folder) => writeFile(join(folder, 'metadata.json'), '{"num_shards": 1000000}'));
    expect((await validateDataset(dir)).length).toBeLessThan(210);
  });

  test('codes out of range', async () => {
    const dir = await temporaryFolder();
    await writeTokenizedDataset([madeTokens(4)], { dir, layout: 'flat', framesPerShard: 100 });
    await overwrite(join(dir, 'video_0.bin'), 48 * 4 * 2 + 8, Buffer.from([0x00, 0xfa, 0, 0])); // 64,000 in triple 2
    await overwrite(join(dir, 'video_0.bin'), 48 * 4 * 3, Buffer.from([255, 255, 255, 255]));
    expect(await validateDataset(dir)).toMatchObject([{ code: 'token-range', byte: 392, shard: 0 }]);
    const windows = (await opened(dir)).windows({ frames: 34, stride: 17, content: 'tokens' });
    await expect(windows.at(1)).rejects.toMatchObject({ code: 'token-range', byte: 392 });
    expect((await windows.at(0)).tokens?.count).toBe(6);
    expect(madeStates(1)).toHaveLength(25);
  });
});
