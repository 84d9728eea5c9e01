import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { topKCrossEntropy } from '../top-k-cross-entropy.ts';
import { checkTopKPredictions } from '../top-k-predictions.ts';
import { topK } from '../top-k.ts';
import { fitCopy } from './copy-baseline.ts';
import type { GridContext, TokenBaseline } from './token-baseline.ts';
import { createTokenStatistics } from './token-statistics.ts';
import { uniformBaseline } from './uniform-baseline.ts';
import { fitUnigram } from './unigram-baseline.ts';

const CLASSES = 300;
const PLACES = 64;

/** Grids in which a place keeps its code with probability `keep`; new codes are skewed, and even only in kind 0. */
function segmentOf(seed: number, { grids, keep }: { grids: number; keep: number }): Int32Array {
  const random = xoroshiro128plus(seed);
  const uniform = () => (random.next() >>> 0) / 2 ** 32;
  const codes = new Int32Array(grids * PLACES);
  for (let i = 0; i < codes.length; i++) {
    const kind = Math.floor(i / PLACES) % 3;
    const fresh = Math.floor(CLASSES * uniform() ** 3);
    const kept = i >= PLACES && uniform() < keep;
    codes[i] = kept ? (codes[i - PLACES] ?? 0) : kind === 0 ? fresh - (fresh % 2) : fresh;
  }
  return codes;
}

function fitted(keep = 0.6, segments = 12) {
  const statistics = createTokenStatistics({ classes: CLASSES });
  for (let segment = 0; segment < segments; segment++) {
    statistics.add({ segment, codes: segmentOf(segment, { grids: 30, keep }), places: PLACES });
  }
  const unigram = fitUnigram(statistics);
  return { statistics, unigram, copy: fitCopy(statistics, unigram), uniform: uniformBaseline(CLASSES) };
}

/** Mean full cross-entropy of unseen grids, teacher-forced. */
function score(baseline: TokenBaseline, keep = 0.6): number {
  const codes = segmentOf(999, { grids: 60, keep });
  let sum = 0;
  for (let g = 1; g < 60; g++) {
    const previous = codes.subarray((g - 1) * PLACES, g * PLACES);
    const prediction = baseline.predict({ kind: g % 3, previous });
    for (const value of prediction.logProbabilities(codes.subarray(g * PLACES, (g + 1) * PLACES)))
      sum -= value;
  }
  return sum / (59 * PLACES);
}

describe('token baselines', () => {
  const all = fitted();
  const previous = segmentOf(5, { grids: 1, keep: 0 });

  it.each([
    ['uniform', all.uniform],
    ['unigram', all.unigram],
    ['copy', all.copy],
  ] as const)('%s is a distribution, and its top k is that of its log-probabilities', (name, baseline) => {
    expect(baseline.name).toBe(name);
    for (const context of [
      { kind: 0, previous },
      { kind: 2, previous, distance: 3 },
    ] satisfies GridContext[]) {
      const prediction = baseline.predict(context);
      const rows = new Float32Array(PLACES * CLASSES);
      for (let code = 0; code < CLASSES; code++) {
        prediction
          .logProbabilities(new Int32Array(PLACES).fill(code))
          .forEach((value, p) => (rows[p * CLASSES + code] = value));
      }
      for (let p = 0; p < PLACES; p++) {
        const mass = rows
          .subarray(p * CLASSES, (p + 1) * CLASSES)
          .reduce((sum, value) => sum + Math.exp(value), 0);
        expect(mass).toBeCloseTo(1, 4);
      }
      for (const k of [1, 7, CLASSES]) {
        const top = prediction.topK(k);
        checkTopKPredictions(top);
        topK({ values: rows, classes: CLASSES }, k).values.forEach((value, i) => {
          expect(top.logProbabilities[i]).toBeCloseTo(value, 4);
          const place = Math.floor(i / k);
          expect(rows[place * CLASSES + (top.indices[i] ?? 0)]).toBeCloseTo(value, 4);
        });
      }
    }
  });

  it('are ordered as they must be on data with memory', () => {
    const [uniform, unigram, copy] = [score(all.uniform), score(all.unigram), score(all.copy)];
    expect(uniform).toBeCloseTo(Math.log(CLASSES), 10);
    expect(unigram).toBeLessThan(uniform - 0.1);
    expect(copy).toBeLessThan(unigram - 0.5);
  });

  it('find α near the true share of kept codes, less over longer distances', () => {
    for (const kind of [1, 2]) {
      expect(all.copy.alpha(kind, 1)).toBeGreaterThan(0.56);
      expect(all.copy.alpha(kind, 1)).toBeLessThan(0.64);
      expect(all.copy.alpha(kind, 3)).toBeGreaterThan(0.6 ** 3 - 0.05);
      expect(all.copy.alpha(kind, 3)).toBeLessThan(0.6 ** 3 + 0.05);
    }
    expect(fitted(0).copy.alpha(1, 1)).toBeLessThan(0.02);
    const still = fitted(1).copy.alpha(1, 1);
    expect(still).toBeGreaterThan(0.99);
    expect(still).toBeLessThan(1);
  });

  it('keep the kinds apart: odd codes are rare in kind 0 where nothing is kept', () => {
    const { unigram } = fitted(0);
    const odd = (kind: number) => {
      let mass = 0;
      unigram.distributions[kind]?.logProbabilities.forEach(
        (value, code) => (mass += code % 2 === 1 ? Math.exp(value) : 0),
      );
      return mass;
    };
    expect(odd(0)).toBeLessThan(0.02);
    expect(odd(1)).toBeGreaterThan(0.4);
  });

  it('choose the smoothing that serves segments they have not seen', () => {
    const { statistics, unigram } = all;
    const best = score(unigram);
    for (const smoothing of [1e-3, 100])
      expect(score(fitUnigram(statistics, { smoothing }))).toBeGreaterThan(best);
  });

  it('uniform scores ln 64,000 under the top-500 definition', () => {
    const prediction = uniformBaseline().predict({ kind: 0, previous: new Int32Array(4) });
    const targets = Int32Array.of(0, 499, 500, 63_999);
    expect(topKCrossEntropy(prediction.topK(), targets).mean).toBeCloseTo(Math.log(64_000), 4);
    expect(topKCrossEntropy(prediction.topK(), targets).hitRate).toBe(0.5);
  });

  it('say what they were not given', () => {
    const one = createTokenStatistics({ classes: CLASSES });
    one.add({ segment: 'a', codes: segmentOf(1, { grids: 2, keep: 0 }), places: PLACES });
    expect(() => fitUnigram(one)).toThrow(/has 1 segment/);
    expect(() => fitUnigram(one, { smoothing: 0.1 })).toThrow(/no grid of kind 2/);
    expect(() => fitUnigram(one, { smoothing: 0 })).toThrow(/above 0/);
    expect(() => one.add({ segment: 'a', codes: Int32Array.of(CLASSES), places: 1 })).toThrow(
      /is 300: expected/,
    );
    expect(() => one.add({ segment: 'a', codes: new Int32Array(5), places: 2 })).toThrow(/whole grids of 2/);
    expect(() => all.copy.predict({ kind: 0, previous, distance: 9 })).toThrow(
      /kind 0 with one 9 grids before/,
    );
    expect(() => all.unigram.predict({ kind: 3, previous })).toThrow(/grid kind 3/);
    expect(() => all.copy.predict({ kind: 0, previous }).logProbabilities(new Int32Array(2))).toThrow(
      /2 targets for 64/,
    );
  });
});
