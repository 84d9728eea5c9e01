import { startBackend } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { sinusoidalPositions } from './sinusoidal-positions.ts';

beforeAll(async () => {
  await startBackend();
});

const [times, height, width, dim] = [2, 6, 5, 26];

function products() {
  const positions = sinusoidalPositions([times, height, width], dim, 0.02);
  expect(positions.shape).toEqual([times, height * width, dim]);
  const values = positions.dataSync<'float32'>();
  const at = (t: number, y: number, x: number) => {
    const place = (t * height + y) * width + x;
    return values.subarray(place * dim, (place + 1) * dim);
  };
  positions.dispose();
  return (a: [number, number, number], b: [number, number, number]) =>
    at(...a).reduce((sum, value, i) => sum + value * (at(...b)[i] ?? NaN), 0);
}

test('alike are places as far apart as others, and the nearer ones more so', () => {
  const product = products();
  expect(product([0, 1, 1], [0, 2, 3])).toBeCloseTo(product([1, 4, 0], [1, 5, 2]), 8);
  const same = product([0, 0, 0], [0, 0, 0]);
  const steps = [1, 2, 3].map((x) => product([0, 0, 0], [0, 0, x]));
  [same, ...steps].reduce((before, after) => {
    expect(after).toBeLessThan(before);
    return after;
  });
  expect(product([0, 0, 0], [1, 0, 0])).toBeLessThan(same);
});

test('of the wanted size, where channels divide among the axes; the others are 0', () => {
  expect(products()([1, 3, 2], [1, 3, 2])).toBeCloseTo(24 * 0.02 ** 2, 7);
});
