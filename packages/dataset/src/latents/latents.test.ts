import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { madeFrames, temporaryFolder } from '../dataset.test.fixture.ts';
import type { Dataset } from '../dataset.ts';
import { openDataset } from '../open-dataset.ts';
import { shuffledWindows } from '../shuffled-windows.ts';
import type { Latents, Window } from '../window.ts';
import { writeRawDataset } from '../write-raw-dataset.ts';
import { withLatents } from './with-latents.ts';
import { writeLatents } from './write-latents.ts';

const spec = { frames: 9, stride: 4, content: 'frames' } as const;

/** Segments of 9, 5 and 21 frames: 1, 0 and 4 windows. */
async function raw(): Promise<Dataset> {
  const dir = await temporaryFolder();
  await writeRawDataset([madeFrames(9), madeFrames(5, 1), madeFrames(21, 2)], {
    ...{ dir, layout: 'flat', framesPerShard: 100 },
  });
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

/** Latents that tell where their window begins, `[3 1 2 2]`. */
function encode({ start, frames }: Window): Latents {
  const count = 1 + ((frames?.count ?? 0) - 1) / 4;
  const data = Float32Array.from({ length: count * 4 }, (_, i) => 1000 * start + i);
  return { data, count, height: 1, width: 2, channels: 2 };
}

test('windows come with the latents that were written, instead of pictures', async () => {
  const dataset = await raw();
  const summary = await writeLatents({ dataset, spec, encoder: 'a', encode });
  expect(summary).toMatchObject({ windows: 5, segments: 3, found: 0, finished: true });
  const encoded = await withLatents(dataset);
  const [index, plain] = [encoded.windows(spec), dataset.windows(spec)];
  for (let i = 0; i < index.count; i++) {
    const window = await index.at(i);
    const before = await plain.at(i);
    expect(window.latents).toEqual(encode(before));
    expect(window.states).toEqual(before.states);
    expect(window.frames).toBeUndefined();
  }
  const both = await withLatents(dataset, { frames: true });
  expect(await both.windows(spec).at(2)).toMatchObject({ frames: { count: 9 }, latents: { count: 3 } });
});

test('the shuffled loader takes them as they are', async () => {
  const dataset = await raw();
  await writeLatents({ dataset, spec, encoder: 'a', encode });
  const encoded = await withLatents(dataset, { encoder: 'a' });
  const starts = [];
  for await (const { latents, start, position } of shuffledWindows(encoded, { spec, seed: 1, epochs: 1 })) {
    expect(latents?.data[0]).toBe(1000 * start);
    expect(position).toBeDefined();
    starts.push(start);
  }
  expect(starts.toSorted((a, b) => a - b)).toEqual([0, 14, 18, 22, 26]);
});

test('an interrupted call is gone on with; until it is whole nothing is read', async () => {
  const dataset = await raw();
  const stop = new AbortController();
  const encodedStarts: number[] = [];
  const options = {
    ...{ dataset, spec, encoder: 'a' },
    encode: (window: Window) => {
      encodedStarts.push(window.start);
      return encode(window);
    },
  };
  const part = await writeLatents({
    ...options,
    signal: stop.signal,
    onSegment: () => {
      stop.abort();
    },
  });
  expect(part.finished).toBe(false);
  await expect(withLatents(dataset)).rejects.toMatchObject({ code: 'missing-file' });
  const rest = await writeLatents(options);
  expect(rest).toMatchObject({ found: 1, finished: true });
  expect(encodedStarts).toEqual([0, 14, 18, 22, 26]);
  const again = await writeLatents(options);
  expect(again).toMatchObject({ found: 2, finished: true });
  expect((await (await withLatents(dataset)).windows(spec).at(0)).latents?.count).toBe(3);
});

test('an encoder that fails leaves no half file', async () => {
  const dataset = await raw();
  const failing = (window: Window): Latents => {
    if (window.start === 18) throw new Error('out of memory');
    return encode(window);
  };
  await expect(writeLatents({ dataset, spec, encoder: 'a', encode: failing })).rejects.toThrow(
    'out of memory',
  );
  const [key = ''] = await readdir(join(dataset.dir, 'latents'));
  expect(await readdir(join(dataset.dir, 'latents', key))).toEqual(['segment_0.bin']);
});

test('other data, another encoder and other windows are told apart', async () => {
  const dataset = await raw();
  const { folder } = await writeLatents({ dataset, spec, encoder: 'a', encode });
  const other = await writeLatents({ dataset, spec, encoder: 'b', encode });
  expect(other.folder).not.toBe(folder);
  await expect(withLatents(dataset, { encoder: 'c' })).rejects.toMatchObject({ code: 'missing-file' });
  const encoded = await withLatents(dataset);
  expect(() => encoded.windows({ ...spec, stride: 8 })).toThrow(/windows of 9 frames every 4/);
  await writeFile(join(dataset.dir, 'states_0.bin'), new Float32Array(35 * 25).fill(1));
  await expect(withLatents(dataset)).rejects.toMatchObject({ code: 'missing-file' });
});

test('latents of changing size, and files that were cut, are refused', async () => {
  const dataset = await raw();
  const changing = (window: Window): Latents =>
    window.start < 14 ? encode(window) : { ...encode(window), width: 1, channels: 4 };
  await expect(writeLatents({ dataset, spec, encoder: 'x', encode: changing })).rejects.toMatchObject({
    code: 'input',
  });
  await rm(join(dataset.dir, 'latents'), { recursive: true });
  const { folder } = await writeLatents({ dataset, spec, encoder: 'a', encode });
  await truncate(join(folder, 'segment_2.bin'), 100);
  const encoded = await withLatents(dataset);
  await expect(encoded.windows(spec).at(4)).rejects.toMatchObject({ code: 'file-size' });
  await expect(
    writeLatents({ dataset, spec: { ...spec, frames: 50 }, encoder: 'a', encode }),
  ).rejects.toMatchObject({ code: 'window-spec' });
});
