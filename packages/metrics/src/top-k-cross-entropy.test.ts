import { describe, expect, it } from 'vitest';
import { MetricsError } from './metrics-error.ts';
import { topKCrossEntropy } from './top-k-cross-entropy.ts';
import { checkTopKPredictions, topKPredictions } from './top-k-predictions.ts';
import type { TopKPredictions } from './top-k-predictions.ts';
import { createTokenScores } from './token-scores.ts';

/** Two positions, k = 2 of 10 codes. */
const predictions: TopKPredictions = {
  k: 2,
  classes: 10,
  indices: Int32Array.of(4, 7, 0, 9),
  logProbabilities: Float32Array.of(Math.log(0.5), Math.log(0.25), Math.log(0.6), Math.log(0.4)),
};

describe('topKCrossEntropy', () => {
  it('scores hits by −ln p and misses by the mass left over, spread evenly', () => {
    const score = topKCrossEntropy(predictions, Int32Array.of(7, 3));
    expect(score.perPosition[0]).toBeCloseTo(-Math.log(0.25), 6);
    // 0.6 + 0.4 leaves nothing: clamped to 1e-6 over 8 codes
    expect(score.perPosition[1]).toBeCloseTo(Math.log(8 / 1e-6), 6);
    expect(score).toMatchObject({ hitRate: 0.5, accuracy: 0, k: 2, variant: 'full' });
    expect(score.mean).toBeCloseTo(((score.perPosition[0] ?? 0) + (score.perPosition[1] ?? 0)) / 2, 12);
    expect(topKCrossEntropy(predictions, Int32Array.of(1, 0)).perPosition[0]).toBeCloseTo(
      Math.log(8 / 0.25),
      6,
    );
  });

  it('renormalises over the k', () => {
    const score = topKCrossEntropy(predictions, Int32Array.of(7, 3), { variant: 'renormalised' });
    expect(score.perPosition[0]).toBeCloseTo(-Math.log(0.25 / 0.75), 6);
    expect(score.perPosition[1]).toBeCloseTo(Math.log(8 / 1e-6), 6);
  });

  it('takes another k and another penalty', () => {
    const targets = Int32Array.of(7, 0);
    expect(topKCrossEntropy(predictions, targets, { k: 1 }).perPosition[0]).toBeCloseTo(Math.log(9 / 0.5), 6);
    expect(topKCrossEntropy(predictions, targets, { k: 1 }).accuracy).toBe(0.5);
    expect(topKCrossEntropy(predictions, Int32Array.of(1, 0), { missPenalty: 20 }).perPosition[0]).toBe(20);
    expect(() => topKCrossEntropy(predictions, targets, { k: 3 })).toThrow(/hold 2 codes/);
  });

  it('gives ln 64,000 for a uniform prediction, hit or miss', () => {
    const uniform = topKPredictions({ values: new Float32Array(64_000), classes: 64_000 });
    for (const target of [0, 499, 500, 63_999]) {
      expect(topKCrossEntropy(uniform, Int32Array.of(target)).mean).toBeCloseTo(Math.log(64_000), 4);
    }
    expect(topKCrossEntropy(uniform, Int32Array.of(3), { variant: 'renormalised' }).mean).toBeCloseTo(
      Math.log(500),
      4,
    );
  });

  it('equals full cross-entropy where k covers the vocabulary', () => {
    const values = Float32Array.of(1, 2, 3, -4, 0, 0, 7, -1);
    const all = topKPredictions({ values, classes: 4 }, 4);
    const raw = topKPredictions(
      {
        values: values.map((v, i) => v - Math.log(i < 4 ? SUM_FIRST : SUM_SECOND)),
        classes: 4,
        normalised: true,
      },
      4,
    );
    const targets = Int32Array.of(3, 2);
    expect(topKCrossEntropy(all, targets).mean).toBeCloseTo(
      (Math.log(SUM_FIRST) + 4 + Math.log(SUM_SECOND) - 7) / 2,
      5,
    );
    expect(topKCrossEntropy(raw, targets).mean).toBeCloseTo(topKCrossEntropy(all, targets).mean, 5);
  });

  it('refuses targets that are no code, no positions, other lengths', () => {
    expect(() => topKCrossEntropy(predictions, Int32Array.of(1, 10))).toThrow('target of row 1 is 10');
    expect(() => topKCrossEntropy(predictions, Int32Array.of(1, -1))).toThrow('target of row 1 is -1');
    expect(() => topKCrossEntropy(predictions, Int32Array.of(1))).toThrow('1 targets for 2 rows');
    const none = { ...predictions, indices: new Int32Array(0), logProbabilities: new Float32Array(0) };
    expect(() => topKCrossEntropy(none, new Int32Array(0))).toThrow(/no positions/);
  });
});

const SUM_FIRST = Math.exp(1) + Math.exp(2) + Math.exp(3) + Math.exp(-4);
const SUM_SECOND = 2 + Math.exp(7) + Math.exp(-1);

describe('checkTopKPredictions', () => {
  const broken = (indices: number[], logProbabilities: number[]) => {
    const bad = {
      k: 2,
      classes: 10,
      indices: Int32Array.from(indices),
      logProbabilities: Float32Array.from(logProbabilities),
    };
    try {
      checkTopKPredictions(bad);
    } catch (error) {
      return error instanceof MetricsError ? error.code : error;
    }
    return 'accepted';
  };

  it('says which rule is broken', () => {
    expect(broken([1, 2], [-1, -2])).toBe('accepted');
    expect(broken([1, 1], [-1, -2])).toBe('duplicate-code');
    expect(broken([1, 10], [-1, -2])).toBe('out-of-range');
    expect(broken([-1, 2], [-1, -2])).toBe('out-of-range');
    expect(broken([1, 2], [-1, NaN])).toBe('not-finite');
    expect(broken([1, 2], [Infinity, -1])).toBe('not-finite');
    expect(broken([1, 2], [-2, -1])).toBe('unsorted');
    expect(broken([1, 2], [-0.1, -0.2])).toBe('unnormalised');
    expect(broken([1, 2], [-9, -10])).toBe('unnormalised');
    expect(broken([1, 2, 3], [-1, -2, -3])).toBe('shape-mismatch');
  });
});

describe('createTokenScores', () => {
  const sample = (target: number) => ({
    predictions,
    targets: Int32Array.of(target, 0),
    targetLogProbabilities: Float64Array.of(-3, -1),
  });

  it('averages over samples and merges to the same result', () => {
    const whole = createTokenScores();
    const parts = [createTokenScores(), createTokenScores()] as const;
    [4, 7, 1].forEach((target, i) => {
      whole.add(sample(target));
      parts[i < 2 ? 0 : 1].add(sample(target));
    });
    parts[0].merge(structuredClone(parts[1].state()));
    const result = whole.result();
    expect(result).toMatchObject({ samples: 3, crossEntropy: 2 });
    expect(result.perplexity).toBeCloseTo(Math.exp(2), 12);
    expect(result.hitRate).toBeCloseTo(5 / 6, 12);
    expect(parts[0].result().topKCrossEntropy).toBeCloseTo(result.topKCrossEntropy, 12);
    expect(parts[0].result().samples).toBe(3);
  });

  it('refuses to speak before it has seen anything', () => {
    expect(() => createTokenScores().result()).toThrow(/no sample/);
    expect(() =>
      createTokenScores().add({ ...sample(1), targetLogProbabilities: new Float32Array(1) }),
    ).toThrow(/1 log-prob/);
  });
});
