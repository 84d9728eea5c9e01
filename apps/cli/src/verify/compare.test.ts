import { tensorOf } from '@borealis/safetensors';
import { expect, test } from 'vitest';
import { compare } from './compare.ts';

const wanted = (...values: number[]) => tensorOf(Float32Array.from(values), [values.length]);
const produced = (...values: number[]) => ({ name: 'outputs.x', shape: [values.length], values });
const tolerance = { atol: 0.5, rtol: 0.25 };

test('the largest difference may be atol + rtol · max|want|, and no more', () => {
  const within = compare(produced(1, -2.5), wanted(1, -2), { atol: 0, rtol: 0.25 });
  expect(within).toMatchObject({
    verdict: 'within',
    largestDifference: 0.5,
    allowance: 0.5,
    largestWanted: 2,
  });
  expect(compare(produced(1, -2.75), wanted(1, -2), { atol: 0, rtol: 0.25 }).verdict).toBe('outside');
  expect(compare(produced(1, -3), wanted(1, -2), tolerance).verdict).toBe('within');
});

test.each([
  ['NaN for a number', produced(NaN, 1), wanted(1, 1)],
  ['a number for NaN', produced(1, 1), wanted(NaN, 1)],
  ['NaN for NaN', produced(NaN, 1), wanted(NaN, 1)],
  ['infinity for a number', produced(Infinity, 1), wanted(1, 1)],
  ['the other infinity', produced(-Infinity, 1), wanted(Infinity, 1)],
  ['a number for infinity, which must not widen the tolerance', produced(1, 9), wanted(Infinity, 1)],
])('%s is outside', (_, got, want) => {
  expect(compare(got, want, tolerance).verdict).toBe('outside');
});

test('the same infinity is within', () => {
  expect(compare(produced(Infinity, 1), wanted(Infinity, 1), tolerance).verdict).toBe('within');
});

test('integers beyond float32 are told apart', () => {
  const want = tensorOf(BigInt64Array.from([16_777_217n]), [1]);
  const exact = { atol: 0, rtol: 0 };
  expect(compare(produced(16_777_217), want, exact).verdict).toBe('within');
  expect(compare(produced(16_777_216), want, exact).verdict).toBe('outside');
});

test('another shape is told, not compared', () => {
  const got = { name: 'outputs.x', shape: [1, 2], values: [1, 1] };
  expect(compare(got, wanted(1, 1), tolerance)).toMatchObject({
    verdict: 'wrong-shape',
    problem: 'shape [1, 2] with 2 values, expected [2]',
  });
});
