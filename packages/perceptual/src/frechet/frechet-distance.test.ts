import { createRandom } from '@borealis/tensor';
import { expect, test } from 'vitest';
import type { FeatureMoments, FeatureRows } from './feature-moments.ts';
import { createFeatureMoments } from './feature-moments.ts';
import { frechetDistance } from './frechet-distance.ts';

/** Values are held to scipy by `borealis verify goldens` (frechet). */
const width = 5;

function rows(seed: number, count: number): FeatureRows {
  const random = createRandom(seed);
  return {
    values: Float64Array.from({ length: count * width }, (_, i) => random.normal() * (1 + (i % width))),
    width,
  };
}

function momentsOf(...parts: FeatureRows[]): FeatureMoments {
  const moments = createFeatureMoments(parts[0]?.width ?? width);
  for (const part of parts) moments.add(part);
  return moments.state();
}

test('independent features: the sum of (Δμ)² + (Δσ)²', () => {
  // of each feature two values, the features independent of each other
  const set = ([m, n]: readonly [number, number], [s, t]: readonly [number, number]): FeatureRows => ({
    values: [m - s, n - t, m - s, n + t, m + s, n - t, m + s, n + t],
    width: 2,
  });
  const deviation = Math.sqrt(4 / 3); // divisor n − 1
  const { distance, meanTerm } = frechetDistance(
    momentsOf(set([0, 0], [1, 3])),
    momentsOf(set([2, -1], [2, 1])),
  );
  expect(meanTerm).toBeCloseTo(5, 12);
  expect(distance).toBeCloseTo(5 + ((1 - 2) * deviation) ** 2 + ((3 - 1) * deviation) ** 2, 12);
});

test('a set is at 0 from itself, also with fewer pictures than features; both ways are alike', () => {
  for (const count of [3, 40]) {
    const [a, b] = [momentsOf(rows(1, count)), momentsOf(rows(2, 30))];
    expect(Math.abs(frechetDistance(a, a).distance)).toBeLessThan(1e-6);
    expect(frechetDistance(a, b).distance).toBeCloseTo(frechetDistance(b, a).distance, 6);
  }
  const alike = momentsOf({ values: Array<number>(3 * width).fill(1), width });
  expect(frechetDistance(alike, alike).distance).toBe(0);
});

test('moments gathered in parts, and merged from workers, are those of the whole', () => {
  const all = rows(3, 31);
  const part = (from: number, to: number): FeatureRows => ({
    values: Float64Array.from(all.values).subarray(from * width, to * width),
    width,
  });
  const whole = momentsOf(all);
  const merged = createFeatureMoments(width);
  merged.merge(structuredClone(momentsOf(part(20, 31))));
  merged.merge(createFeatureMoments(width).state());
  merged.merge(momentsOf(part(0, 1), part(1, 20)));
  const state = merged.state();
  expect(state.samples).toBe(31);
  whole.mean.forEach((value, i) => {
    expect(state.mean[i]).toBeCloseTo(value, 13);
  });
  whole.products.forEach((value, i) => {
    expect(state.products[i]).toBeCloseTo(value, 10);
  });
});

test('refuses what has no distance', () => {
  const moments = createFeatureMoments(width);
  for (const [bad, message] of [
    [{ values: [1, 2], width: 2 }, /of 2 numbers, expected 5/],
    [{ values: [1, 2], width }, /2 values are no rows of 5/],
    [{ values: [1, 2, NaN, 4, 5], width }, /NaN/],
  ] as const) {
    expect(() => {
      moments.add(bad);
    }).toThrow(message);
  }
  expect(moments.state().samples).toBe(0);
  moments.add({ values: [1, 2, 3, 4, 5], width });
  expect(() => frechetDistance(moments.state(), momentsOf(rows(1, 9)))).toThrow(
    /two pictures or more, there are 1/,
  );
  const narrow = momentsOf({ values: [1, 2, 3, 5], width: 2 });
  expect(() => frechetDistance(momentsOf(rows(1, 9)), narrow)).toThrow(/5 and 2 numbers/);
});
