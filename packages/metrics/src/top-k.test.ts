import { describe, expect, it } from 'vitest';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { topK } from './top-k.ts';

/** The plain way: sort everything, ties by class. */
function sorted(row: Float32Array, k: number): number[] {
  return Array.from(row.keys())
    .sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0) || a - b)
    .slice(0, k);
}

function draw(length: number, seed: number, step = 2 ** -20): Float32Array {
  const random = xoroshiro128plus(seed);
  return Float32Array.from({ length }, () => Math.round((random.next() / 2 ** 31 / step) * 8) * step);
}

describe('topK', () => {
  it.each([
    ['random', draw(64_000, 1)],
    ['many ties', draw(64_000, 2, 0.25)],
    ['rising', Float32Array.from({ length: 20_000 }, (_, i) => i / 7 - 100)],
    ['falling', Float32Array.from({ length: 20_000 }, (_, i) => 100 - i / 7)],
    ['constant', new Float32Array(10_000).fill(-11.07)],
    ['mostly impossible', Float32Array.from({ length: 10_000 }, (_, i) => (i % 40 === 0 ? -i : -Infinity))],
    ['wide', Float32Array.of(-3e38, 3e38, 0, -0, 1e-45, -1e-45, Infinity, -Infinity)],
  ])('agrees with sorting: %s', (_, row) => {
    for (const k of [1, 2, 500, row.length].filter((value) => value <= row.length)) {
      const top = topK({ values: row, classes: row.length }, k);
      const want = sorted(row, k);
      expect([...top.indices]).toEqual(want);
      expect([...top.values].map((v) => v + 0)).toEqual(want.map((c) => (row[c] ?? NaN) + 0));
    }
  });

  it('keeps rows apart', () => {
    const values = draw(3 * 5000, 5);
    const top = topK({ values, classes: 5000 }, 100);
    for (const r of [0, 1, 2]) {
      expect([...top.indices.subarray(r * 100, (r + 1) * 100)]).toEqual(
        sorted(values.subarray(r * 5000, (r + 1) * 5000), 100),
      );
    }
  });

  it('refuses NaN wherever it is, and senseless k', () => {
    for (const place of [0, 2500, 4999]) {
      const values = draw(2 * 5000, 6);
      values[5000 + place] = NaN;
      expect(() => topK({ values, classes: 5000 }, 10)).toThrow(`row 1, class ${place} is NaN`);
    }
    for (const k of [0, 6, 1.5, NaN]) {
      expect(() => topK({ values: new Float32Array(5), classes: 5 }, k)).toThrow(/expected 1 ≤ k/);
    }
    expect(() => topK({ values: new Float32Array(7), classes: 5 }, 1)).toThrow(/whole rows of 5/);
  });
});
