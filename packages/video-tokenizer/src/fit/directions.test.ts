import { createRandom } from '@borealis/tensor';
import { expect, it } from 'vitest';
import { dctDirections, kltDirections } from './directions.ts';

const D = 192;

/** Sum of variance · v vᵀ over planted directions, and a little of everything. */
function planted(directions: readonly (readonly [number, readonly number[]])[]): Float64Array {
  return Float64Array.from({ length: D * D }, (_, i) => {
    const [row, column] = [Math.floor(i / D), i % D];
    const noise = row === column ? 1e-3 : 0;
    return directions.reduce(
      (sum, [variance, v]) => sum + variance * (v[row] ?? 0) * (v[column] ?? 0),
      noise,
    );
  });
}

function column(basis: Float32Array, j: number, k: number): number[] {
  return Array.from({ length: D }, (_, i) => basis[i * k + j] ?? NaN);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);

it('finds planted directions, that of largest variance first', () => {
  const random = createRandom(1);
  const a = Array.from({ length: D }, () => random.normal());
  const b = Array.from({ length: D }, () => random.normal());
  const unit = (v: readonly number[]): number[] => v.map((value) => value / Math.sqrt(dot(v, v)));
  const first = unit(a);
  const second = unit(b.map((value, i) => value - dot(b, first) * (first[i] ?? 0)));
  const { basis, variances } = kltDirections(
    planted([
      [2, second],
      [5, first],
    ]),
    2,
  );
  expect(variances[0]).toBeCloseTo(5.001, 6);
  expect(variances[1]).toBeCloseTo(2.001, 6);
  expect(Math.abs(dot(column(basis, 0, 2), first))).toBeCloseTo(1, 5);
  expect(Math.abs(dot(column(basis, 1, 2), second))).toBeCloseTo(1, 5);
});

it('has the same sign whatever the solver’s', () => {
  const { basis } = kltDirections(planted([[1, Array.from({ length: D }, (_, i) => (i === 5 ? -1 : 0))]]), 1);
  expect(basis[5]).toBeCloseTo(1, 6);
});

it('takes the cosines of largest variance, which are orthonormal', () => {
  const flat = Array.from({ length: D }, () => 1 / Math.sqrt(D));
  const { basis, variances } = dctDirections(planted([[3, flat]]), 6);
  expect(variances[0]).toBeCloseTo(3.001, 5);
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      expect(dot(column(basis, i, 6), column(basis, j, 6))).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  }
  expect(Math.abs(dot(column(basis, 0, 6), flat))).toBeCloseTo(1, 5);
});
