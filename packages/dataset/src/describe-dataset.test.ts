import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { datasetFingerprint } from './dataset-fingerprint.ts';
import type { Dataset } from './dataset.ts';
import { describeDataset } from './describe-dataset.ts';
import { openDataset } from './open-dataset.ts';
import { sampleFrames } from './sample-frames.ts';
import { STATE_COUNT } from './state-names.ts';
import { stateStatistics } from './state-statistics.ts';
import { madeTokens, sampleSplit, temporaryFolder } from './dataset.test.fixture.ts';
import { writeTokenizedDataset } from './write-tokenized-dataset.ts';

async function opened(dir: string): Promise<Dataset> {
  const dataset = await openDataset(dir);
  onTestFinished(() => dataset.close());
  return dataset;
}

describe('describeDataset', () => {
  test('the sample data', async () => {
    const description = await describeDataset(await opened(sampleSplit('train')));
    expect(description).toMatchObject({
      form: 'raw',
      layout: 'flat',
      hz: 30,
      frames: 6271,
      frameSize: { width: 128, height: 128 },
      segments: { count: 40, min: 102, max: 200 },
      tokens: undefined,
    });
    expect(description.shards.reduce((sum, { segments }) => sum + segments, 0)).toBe(40);
    expect(description.states).toHaveLength(25);
    expect(description.states.every(({ nonFinite }) => nonFinite === 0)).toBe(true);
    const left = description.states.find(({ name }) => name === 'LEFT_HAND_CLOSURE');
    expect(left?.min).toBeGreaterThanOrEqual(-0.1);
    expect(left?.max).toBeLessThanOrEqual(1.1);
    expect(JSON.parse(JSON.stringify(description))).toMatchObject({ frames: 6271 }); // plain data
  });

  test('tokens: distinct codes, median of an even number of segments, constant states', async () => {
    const dir = await temporaryFolder();
    const { tokens, states } = madeTokens(2, 63_990);
    const constant = states.map((value, i) => (i % STATE_COUNT === 4 ? 0.5 : value));
    await writeTokenizedDataset(
      [
        { tokens, states: constant },
        { ...madeTokens(5, 10), states: madeTokens(5).states.fill(0.5) },
      ],
      {
        dir,
        layout: 'flat',
        framesPerShard: 1000,
      },
    );
    const description = await describeDataset(await opened(dir));
    expect(description.segments).toEqual({ count: 2, min: 34, median: 59.5, max: 85 });
    expect(description.tokenShape).toEqual([3, 4, 4]);
    // 63,990 … 63,999, 0 … 85, and 10 … 249
    expect(description.tokens).toEqual({ grids: 21, codes: 336, distinctCodes: 10 + 250, outOfRange: 0 });
    expect(description.constantStates).toEqual(['ANKLE_ROLL']);
  });
});

test('stateStatistics equals two passes in float64', async () => {
  const dataset = await opened(sampleSplit('val'));
  const bytes = await readFile(join(sampleSplit('val'), 'states_0.bin'));
  const values = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  for (const [channel, { mean, std, min, max }] of (await stateStatistics(dataset)).entries()) {
    const column = values.filter((_, i) => i % STATE_COUNT === channel);
    const expected = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - expected) ** 2, 0) / column.length;
    expect(mean).toBeCloseTo(expected, 12);
    expect(std).toBeCloseTo(Math.sqrt(variance), 12);
    expect([min, max]).toEqual([Math.min(...column), Math.max(...column)]);
  }
});

describe('sampleFrames', () => {
  test('one frame from the middle of each segment, with labels', async () => {
    const dataset = await opened(sampleSplit('val'));
    const samples = await sampleFrames(dataset, 10);
    expect(samples.map(({ segment }) => segment)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const home = dataset.segments[4];
    expect(samples[4]?.index).toBe((home?.start ?? 0) + Math.floor((home?.frames ?? 0) / 2));
    expect(samples[4]?.label).toBe(`shard 0 · segment ${home?.id} · frame ${samples[4]?.index}`);
    expect(samples[4]?.frame).toMatchObject({ count: 1, height: 128, width: 128 });
  });

  test('more frames than segments, and fewer', async () => {
    const dataset = await opened(sampleSplit('test'));
    expect(new Set((await sampleFrames(dataset, 30)).map(({ label }) => label)).size).toBe(30);
    expect((await sampleFrames(dataset, 2)).map(({ segment }) => segment)).toEqual([2, 7]);
    await expect(sampleFrames(dataset, 0)).rejects.toMatchObject({ code: 'range' });
  });
});

test('datasetFingerprint follows contents and names, not where the folder lies or what else is in it', async () => {
  const [a, b] = [await temporaryFolder(), await temporaryFolder()];
  await cp(sampleSplit('test'), a, { recursive: true });
  await cp(sampleSplit('test'), b, { recursive: true });
  await writeFile(join(b, 'notes.txt'), 'unrelated');
  const fingerprint = await datasetFingerprint(await opened(a));
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(await datasetFingerprint(await opened(b))).toBe(fingerprint);
  await appendFile(join(b, 'metadata.json'), ' ');
  expect(await datasetFingerprint(await opened(b))).not.toBe(fingerprint);
});
