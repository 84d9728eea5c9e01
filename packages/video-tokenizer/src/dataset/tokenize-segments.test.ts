import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDataset, writeTokenizedDataset } from '@borealis/dataset';
import type { Dataset, Frames } from '@borealis/dataset';
import { startBackend } from '@borealis/tensor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { encode } from '../block/encode.ts';
import { fitBlockFsq } from '../fit/fit-block-fsq.ts';
import { datasetClips } from './dataset-clips.ts';
import { tokenizeSegments } from './tokenize-segments.ts';
import type { CutOfSegment } from './tokenize-segments.ts';

const sample = fileURLToPath(new URL('../../../../tests/sample-data/eve-sim/val', import.meta.url));
let dataset: Dataset;
let few: Pick<Dataset, 'dir' | 'form' | 'frameSize' | 'segments' | 'readFrames' | 'readStates'>;
let weights: BlockFsqWeights;
const withWeights = (frames: Frames) => encode(weights, frames);
beforeAll(async () => {
  await startBackend();
  dataset = await openDataset(sample);
  const { dir, form, frameSize } = dataset;
  const [first, second] = dataset.segments;
  if (first === undefined || second === undefined) throw new Error('the sample data has no segments');
  // the second segment as it is, the first cut to 40 frames, and one too short for a clip
  few = {
    dir,
    form,
    frameSize,
    segments: [{ ...first, frames: 40 }, { ...first, start: 40, frames: 16 }, second],
    readFrames: (shard, start, count) => dataset.readFrames(shard, start, count),
    readStates: (shard, start, count) => dataset.readStates(shard, start, count),
  };
  ({ weights } = await fitBlockFsq({ clips: datasetClips(few, { maxClips: 3 }) }));
});
afterAll(() => dataset.close());

it('cuts each segment from its own beginning and says what it dropped', async () => {
  const cuts: CutOfSegment[] = [];
  const found = [];
  for await (const segment of tokenizeSegments({
    encode: withWeights,
    dataset: few,
    offset: 3,
    onSegment: (cut) => cuts.push(cut),
  })) {
    found.push(segment);
  }
  const second = few.segments[2];
  const frames = second?.frames ?? 0;
  const clips = Math.floor((frames - 3) / 17);
  expect(cuts).toEqual([
    { segment: 0, shard: 0, start: 3, clips: 2, frames: 34, skippedFrames: 3, droppedFrames: 3 },
    { segment: 1, shard: 0, start: 43, clips: 0, frames: 0, skippedFrames: 3, droppedFrames: 13 },
    {
      segment: 2,
      shard: 0,
      start: (second?.start ?? 0) + 3,
      clips,
      frames: clips * 17,
      skippedFrames: 3,
      droppedFrames: frames - 3 - clips * 17,
    },
  ]);
  expect(found.map(({ segment }) => segment)).toEqual([0, 2]);
  const [first] = found;
  expect(first?.tokens).toEqual(await encode(weights, await dataset.readFrames(0, 3, 34)));
  expect(first?.states).toEqual(await dataset.readStates(0, 3, 34));
});

it('gives segments that are written and read as tokenized data, several offsets side by side', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'video-tokenizer-'));
  try {
    const offsets = [0, 8];
    const both = async function* () {
      for (const offset of offsets) yield* tokenizeSegments({ encode: withWeights, dataset: few, offset });
    };
    const dir = join(folder, 'tokens');
    const summary = await writeTokenizedDataset(both(), { dir, layout: 'flat', framesPerShard: 10_000 });
    expect(summary.segments).toBe(4);
    const written = await openDataset(dir);
    expect(written.tokenShape).toEqual([3, 16, 16]);
    const expected = await encode(weights, await dataset.readFrames(0, 8, 17));
    const [, , third] = written.segments; // the first segment again, at offset 8
    expect(await written.readTokens(0, (third?.start ?? 0) / 17, 1)).toEqual(expected);
    expect(await written.readStates(0, third?.start ?? 0, 17)).toEqual(await dataset.readStates(0, 8, 17));
    await expect(tokenizeSegments({ encode: withWeights, dataset: written }).next()).rejects.toThrow(
      /holds tokens, not video/,
    );
    await written.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('gives the same clips at each pass, evenly spread where they are too many', async () => {
  const clips = datasetClips(few, { maxClips: 3 });
  const firstBytes = async (): Promise<number[][]> => {
    const found = [];
    for await (const { data, count } of clips()) found.push([count, ...data.subarray(0, 30)]);
    return found;
  };
  const once = await firstBytes();
  expect(once).toHaveLength(3);
  expect(once.every(([count]) => count === 17)).toBe(true);
  expect(await firstBytes()).toEqual(once);
});

it('refuses offsets and counts that can’t be, and frames that blocks don’t divide', async () => {
  for (const offset of [-1, 17, 0.5]) {
    expect(() => datasetClips(few, { offset })).toThrow(/from 0 to 16/);
    await expect(tokenizeSegments({ encode: withWeights, dataset: few, offset }).next()).rejects.toThrow(
      /from 0 to 16/,
    );
  }
  expect(() => datasetClips(few, { maxClips: 0 })).toThrow(/at least 1/);
  const odd = { ...few, frameSize: { height: 100, width: 128 } };
  expect(() => datasetClips(odd)).toThrow(/100x128, which 8x8 blocks don't divide/);
});
