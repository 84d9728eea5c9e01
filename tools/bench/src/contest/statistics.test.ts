import { createRandom } from '@borealis/tensor';
import { expect, test } from 'vitest';
import { quantile, ratioOf, spreadOf } from './statistics.ts';

test('quantiles are numpy’s', () => {
  const values = [7, 1, 4, 10];
  expect([0, 0.25, 0.5, 1].map((share) => quantile(values, share))).toEqual([1, 3.25, 5.5, 10]);
  expect(values).toEqual([7, 1, 4, 10]);
  expect(quantile([3], 0.75)).toBe(3);
  expect(() => quantile([], 0.5)).toThrow('no quantile of no numbers');
});

test('the spread', () => {
  const spread = { median: 3, lowerQuartile: 2, upperQuartile: 4, minimum: 1, maximum: 5 };
  expect(spreadOf([5, 3, 1, 2, 4])).toEqual(spread);
});

test('the ratio is of medians, more than 1 where ours is faster, and one outlier does not move it', () => {
  const ratio = ratioOf([10, 11, 9, 10, 900], [20, 21, 19, 20, 20]);
  expect(ratio.value).toBe(2);
  expect(ratio).toEqual(ratioOf([10, 11, 9, 10, 900], [20, 21, 19, 20, 20]));
});

test('the interval is narrow, and covers the true ratio about as often as it says', () => {
  const random = createRandom(3);
  let covered = 0;
  let width = 0;
  for (let trial = 0; trial < 100; trial++) {
    const times = (scale: number) => Array.from({ length: 25 }, () => scale * (10 + random.normal()));
    const { low, high } = ratioOf(times(1), times(1.5), trial);
    if (low <= 1.5 && 1.5 <= high) covered++;
    width += (high - low) / 100;
  }
  expect(covered).toBeGreaterThanOrEqual(90);
  expect(width).toBeLessThan(0.3);
});

test('times that are not paired are refused', () => {
  expect(() => ratioOf([1, 2], [1])).toThrow('not paired');
});
