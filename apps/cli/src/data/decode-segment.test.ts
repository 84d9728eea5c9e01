import { openDataset } from '@borealis/dataset';
import type { Dataset, TokenGrids } from '@borealis/dataset';
import { writeTokenizedDataset } from '@borealis/dataset';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeSegment } from './decode-segment.ts';

let dir: string;
let dataset: Dataset;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'borealis-decode-'));
  const segments = [1, 2].map((triples) => ({
    tokens: { data: new Int32Array(triples * 12).fill(triples), count: 3 * triples, height: 2, width: 2 },
    states: new Float32Array(triples * 17 * 25),
  }));
  await writeTokenizedDataset(segments, { dir, layout: 'flat', framesPerShard: 1000 });
  dataset = await openDataset(dir);
});
afterAll(async () => {
  await dataset.close();
  await rm(dir, { recursive: true });
});

const seen: TokenGrids[] = [];
const codec = {
  decode: (grids: TokenGrids) => {
    seen.push(grids);
    const count = (grids.count / 3) * 17;
    return Promise.resolve({ data: new Uint8Array(count * 16 * 16 * 3), count, height: 16, width: 16 });
  },
};

test('a film or a sheet of one segment, as many triples as asked for', async () => {
  const film = await decodeSegment({ dataset, codec, segment: 1, out: 'x.mp4' });
  expect(film).toMatchObject({ frames: 34, height: 16, width: 16 });
  expect(Buffer.from(film.bytes.subarray(4, 8)).toString()).toBe('ftyp');
  const sheet = await decodeSegment({ dataset, codec, segment: 1, out: 'x.PNG', triples: 1 });
  expect(Buffer.from(sheet.bytes.subarray(1, 4)).toString()).toBe('PNG');
  expect(seen.map(({ count }) => count)).toEqual([6, 3]);
  expect(new Set(seen[1]?.data)).toEqual(new Set([2]));
});

test('says what it can not do', async () => {
  await expect(decodeSegment({ dataset, codec, segment: 2, out: 'x.mp4' })).rejects.toThrow(
    /segments 0 to 1/,
  );
  await expect(decodeSegment({ dataset, codec, segment: 0, out: 'x.gif' })).rejects.toThrow(/\.mp4 or \.png/);
});
