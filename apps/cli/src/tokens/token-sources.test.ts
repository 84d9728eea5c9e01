import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@borealis/dataset';
import { openDataset, writeTokenizedDataset } from '@borealis/dataset';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { segmentGroups } from '../evaluate/segment-groups.ts';
import { tokenSources } from './token-sources.ts';

let dir: string;
let dataset: Dataset;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'borealis-sources-'));
  const segments = [1, 2].map((triples) => ({
    tokens: { data: new Int32Array(triples * 3), count: 3 * triples, height: 1, width: 1 },
    states: new Float32Array(triples * 17 * 25),
  }));
  await writeTokenizedDataset(segments, { dir, layout: 'flat', framesPerShard: 20 }); // a shard for each
  dataset = await openDataset(dir);
});
afterAll(async () => {
  await dataset.close();
  await rm(dir, { recursive: true });
});

const source = (id: number | undefined, frames: number) => ({ segment: 3, id, shard: 0, start: 5, frames });
const write = (value: unknown) => writeFile(join(dir, 'sources.json'), JSON.stringify(value));

test('says where tokens come from; that of others is not known', async () => {
  await rm(join(dir, 'sources.json'), { force: true });
  expect(await tokenSources(dataset)).toBeUndefined();
  await write({ tokenizer: 'x', offsets: [0], segments: [source(40, 17), source(41, 34)] });
  expect(await tokenSources(dataset)).toEqual([source(40, 17), source(41, 34)]);
});

test('sources of other tokens, or none at all, are refused', async () => {
  for (const bad of [
    { segments: [source(0, 17)] },
    { segments: [source(0, 17), source(1, 17)] },
    { segments: 3 },
    [],
  ]) {
    await write(bad);
    await expect(tokenSources(dataset)).rejects.toMatchObject({ code: 'tokens' });
  }
  await writeFile(join(dir, 'sources.json'), '{"segments": [');
  await expect(tokenSources(dataset)).rejects.toThrow(/can't be read/);
});

test('rooms are found by the numbers of the raw data, or that data must be given', async () => {
  const file = join(dir, 'episodes.json');
  const rooms = { file, split: 'val', knownRooms: new Set([0]) };
  await writeFile(
    file,
    JSON.stringify([
      { split: 'val', segment: 40, room: 0 },
      { split: 'val', segment: 41, room: 9 },
    ]),
  );
  await write({ segments: [source(40, 17), source(41, 34)] });
  expect((await segmentGroups(dataset, rooms)).map(({ segments }) => [...segments])).toEqual([[0], [1]]);
  await write({ segments: [source(undefined, 17), source(undefined, 34)] });
  await expect(segmentGroups(dataset, rooms)).rejects.toMatchObject({ code: 'groups' });
  await writeFile(file, '[{"split": "val"}]');
  await expect(segmentGroups(dataset, rooms)).rejects.toThrow(/no list of episodes/);
});
