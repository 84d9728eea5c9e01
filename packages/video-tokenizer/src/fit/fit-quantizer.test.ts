import { createRandom } from '@borealis/tensor';
import { describe, expect, it } from 'vitest';
import { createHistogram } from './coefficient-histogram.ts';
import { fitQuantizer } from './fit-quantizer.ts';

function histogramOf(draw: () => number, variance: number): ReturnType<typeof createHistogram> {
  const histogram = createHistogram(variance);
  for (let i = 0; i < 50_000; i++) histogram.add(draw());
  return histogram;
}

// The least errors on a normal variable: of any quantiser of so many levels (Max 1960, table I), and of one whose
// edges are FSQ's, scaled (numerical integration over the normal density).
describe.each([
  [5, 0.07994, 0.08116],
  [8, 0.03454, 0.03745],
])('a normal coefficient in %i levels', (level, least, leastOfFsq) => {
  it.each([1e-4, 1, 900])('comes near the least error, at variance %f', (variance) => {
    const random = createRandom(5);
    const histogram = histogramOf(() => Math.sqrt(variance) * random.normal(), variance);
    const { error, values, entropy } = fitQuantizer(histogram, { variance, level });
    expect(error / variance).toBeGreaterThan(least * 0.97);
    expect(error / variance).toBeLessThan(leastOfFsq * 1.03);
    expect([...values]).toEqual([...values].sort((a, b) => a - b));
    expect(entropy).toBeGreaterThan(0.85 * Math.log(level));
  });
});

it('finds a center that is not the mean', () => {
  const random = createRandom(6);
  const draw = (): number => -Math.log(1 - random.uniform()) - 1; // exponential: a long tail on one side
  const { center, error } = fitQuantizer(histogramOf(draw, 1), { variance: 1, level: 8 });
  expect(Math.abs(center)).toBeGreaterThan(0.2);
  expect(error).toBeLessThan(0.07);
});

it('is whole on a coefficient that never varies', () => {
  const fitted = fitQuantizer(
    histogramOf(() => 0, 0),
    { variance: 0, level: 5 },
  );
  expect(fitted.error).toBe(0);
  expect(fitted.values.every(Number.isFinite)).toBe(true);
  expect(fitted.scale).toBeGreaterThan(0);
});
