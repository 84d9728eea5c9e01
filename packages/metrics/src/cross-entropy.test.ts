import { describe, expect, it } from 'vitest';
import { accuracy } from './accuracy.ts';
import { crossEntropy } from './cross-entropy.ts';
import { logSoftmax } from './log-softmax.ts';

describe('crossEntropy', () => {
  it('holds for large logits and impossible classes', () => {
    const logits = { values: Float32Array.of(1000, 999, -1000, 0, -Infinity, 0), classes: 3 };
    const { perRow } = crossEntropy(logits, Int32Array.of(1, 0));
    expect(perRow[0]).toBeCloseTo(1 + Math.log1p(Math.exp(-1)), 10);
    expect(perRow[1]).toBeCloseTo(Math.log(2), 10);
    expect(crossEntropy(logits, Int32Array.of(0, 1)).perRow[1]).toBe(Infinity);
  });

  it('is NaN over nothing, as torch', () => {
    const none = crossEntropy({ values: new Float32Array(4), classes: 2 }, Int32Array.of(-100, -100));
    expect(none).toMatchObject({ mean: NaN, count: 0 });
  });

  it('refuses what has no softmax, naming the row', () => {
    const bad = (...row: number[]) => ({ values: Float32Array.of(0, 0, ...row), classes: 2 });
    for (const row of [
      [NaN, 0],
      [0, NaN],
      [Infinity, 0],
      [-Infinity, -Infinity],
    ]) {
      expect(() => logSoftmax(bad(...row))).toThrow(/^row 1 holds NaN or \+infinity/);
    }
    expect(() => crossEntropy(bad(0, 0), Int32Array.of(0, 2))).toThrow('target of row 1 is 2');
  });

  it('may write log-softmax in place', () => {
    const values = Float32Array.of(0, 0, Math.log(3), 0);
    expect(logSoftmax({ values, classes: 2 }, values)).toBe(values);
    expect(values[2]).toBeCloseTo(Math.log(0.75), 6);
  });
});

it('accuracy leaves ignored positions out', () => {
  expect(accuracy(Int32Array.of(1, 2, 3), Int32Array.of(1, -100, 4))).toBe(0.5);
  expect(() => accuracy(Int32Array.of(1), Int32Array.of(-100))).toThrow(/no position counts/);
});
