import { expect, test } from 'vitest';
import type { FrameEnsemble } from './frame-ensemble.ts';
import { createFrameMedian } from './frame-median.ts';
import { createFrameTrimmedMean } from './frame-trimmed-mean.ts';
import { row } from './pixels.test.fixture.ts';

function combined(ensemble: FrameEnsemble, values: readonly number[]): number {
  for (const value of values) ensemble.add(row(value, 0, 200));
  const [first = NaN, second, third] = ensemble.result().data;
  expect([second, third]).toEqual([0, 200]);
  return first;
}

test('the median is the middle, or between the middle two', () => {
  expect(combined(createFrameMedian(), [7])).toBe(7);
  expect(combined(createFrameMedian(), [250, 3, 9])).toBe(9);
  expect(combined(createFrameMedian(), [9, 250, 3, 10])).toBe(9.5);
  expect(combined(createFrameMedian(), [100, 9, 20, 100, 3])).toBe(20);
});

test('the trimmed mean leaves out ⌊share · N⌋ on either side', () => {
  const values = [250, 3, 9, 10, 0]; // scipy.stats.trim_mean: 54.4, 22/3, 9
  for (const [share, mean] of [
    [0, 54.4],
    [0.19, 54.4],
    [0.2, 22 / 3],
    [0.4, 9],
    [0.49, 9],
  ] as const) {
    expect(combined(createFrameTrimmedMean({ share }), values)).toBe(Math.fround(mean));
  }
  for (const share of [-0.1, 0.5, NaN])
    expect(() => createFrameTrimmedMean({ share })).toThrow(/expected one in \[0, 0.5\)/);
});

test('bytes and floats mix, samples are copied, more may follow', () => {
  const median = createFrameMedian();
  expect(() => median.result()).toThrow(/no sample/);
  const sample = row(1, 1, 1);
  median.add(sample);
  sample.data.fill(200);
  median.add({ ...sample, data: Uint8Array.of(2, 2, 2) });
  expect([...median.result().data]).toEqual([1.5, 1.5, 1.5]);
  median.add(row(1.75, 0, 250));
  expect([...median.result().data]).toEqual([1.75, 1, 2]);
  expect(median.samples).toBe(3);
  expect(() => {
    median.add(row(1, 2, 3, 4, 5, 6));
  }).toThrow(/sample 3/);
  median.add(row(1, NaN, 1));
  expect(() => median.result()).toThrow('value 1 of 3 is NaN in one of 4 samples');
});
