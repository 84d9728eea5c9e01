import { tensorOf } from '@borealis/safetensors';
import { expect, test } from 'vitest';
import { compareOutputs } from './compare-outputs.ts';

const y = (values: number[], shape = [values.length]) =>
  new Map([['y', tensorOf(Float32Array.from(values), shape)]]);

test('differences are told, and small ones agree', () => {
  const { differences, disagreement } = compareOutputs(y([3, 4]), y([3, 4.5]), 0.2);
  expect(disagreement).toBeUndefined();
  expect(differences).toHaveLength(1);
  expect(differences[0]).toMatchObject({ output: 'y', largest: 0.5 });
  expect(differences[0]?.relative).toBeCloseTo(0.5 / Math.hypot(3, 4.5), 12);
});

test.each([
  ['one wrong element among many', y([...Array<number>(9999).fill(1), 2]), y(Array<number>(10_000).fill(1))],
  ['not-a-number on one side', y([1, NaN]), y([1, 1])],
  ['not-a-number on both sides', y([NaN]), y([NaN])],
  ['an infinity', y([1, 2]), y([Infinity, 2])],
  ['all zeros instead of values', y([0, 0]), y([1, 1])],
  ['values instead of zeros', y([1, 1]), y([0, 0])],
  ['another shape', y([1, 1]), y([1, 1], [1, 2])],
  ['an output that one side lacks', y([1]), new Map()],
])('%s is refused', (_, ours, theirs) => {
  expect(compareOutputs(ours, theirs, 1e-3).disagreement).toBeDefined();
});

test('zeros agree with zeros', () => {
  expect(compareOutputs(y([0, 0]), y([0, 0]), 0).disagreement).toBeUndefined();
});
