import { MetricsError } from '../metrics-error.ts';
import { maximise } from './golden-section.ts';
import { predictShared, sharedDistribution } from './shared-distribution.ts';
import type { SharedDistribution } from './shared-distribution.ts';
import type { TokenBaseline } from './token-baseline.ts';
import type { TokenStatistics } from './token-statistics.ts';

export interface UnigramBaseline extends TokenBaseline {
  /** Added to every code's count, for each grid kind. */
  readonly smoothing: readonly number[];
  /** One for each grid kind. */
  readonly distributions: readonly SharedDistribution[];
}

/**
 * How often each code occurs in grids of the target's kind: (n + δ) / (N + classes · δ).
 *
 * @param options `smoothing`: δ; default `held-out`: for each kind the δ with the highest likelihood of the segments of
 * one fold under the counts of the others
 * @throws {MetricsError} `too-few-segments` for `held-out` with one segment; `empty` for a kind without grids
 */
export function fitUnigram(
  statistics: TokenStatistics,
  options: { readonly smoothing?: number | 'held-out' } = {},
): UnigramBaseline {
  const { smoothing: given = 'held-out' } = options;
  const { classes, kinds, segments } = statistics;
  if (given === 'held-out' && segments < 2) {
    throw new MetricsError(
      'too-few-segments',
      `the training data has ${segments} segment: smoothing is fitted between segments. Add data, or give smoothing a number.`,
    );
  }
  if (given !== 'held-out' && !(given > 0)) {
    throw new MetricsError('out-of-range', `smoothing is ${given}: expected a number above 0.`);
  }
  const smoothing: number[] = [];
  const distributions: SharedDistribution[] = [];
  for (let kind = 0; kind < kinds; kind++) {
    const counts = totalCounts(statistics, kind);
    const total = counts.reduce((sum, value) => sum + value, 0);
    if (total === 0) throw new MetricsError('empty', `the training data holds no grid of kind ${kind}.`);
    const delta = given === 'held-out' ? heldOutSmoothing(statistics, { kind, counts, total }) : given;
    smoothing.push(delta);
    const denominator = Math.log(total + classes * delta);
    distributions.push(sharedDistribution(counts.map((count) => Math.log(count + delta) - denominator)));
  }
  return {
    name: 'unigram',
    classes,
    smoothing,
    distributions,
    predict({ kind, previous }) {
      const distribution = distributions[kind];
      if (distribution === undefined)
        throw new MetricsError('not-fitted', `grid kind ${kind}: fitted are 0 to ${kinds - 1}.`);
      return predictShared(distribution, previous.length);
    },
  };
}

/** `[classes]` counts over all folds. */
export function totalCounts(statistics: TokenStatistics, kind: number): Float64Array {
  const counts = new Float64Array(statistics.classes);
  for (let fold = 0; fold < statistics.folds; fold++) {
    statistics.counts(kind, fold).forEach((count, code) => {
      if (count > 0) counts[code] = (counts[code] ?? 0) + count;
    });
  }
  return counts;
}

function heldOutSmoothing(
  statistics: TokenStatistics,
  { kind, counts, total }: { kind: number; counts: Float64Array; total: number },
): number {
  // occurrences in a fold, and in the others, of each code that the fold holds
  const here: number[] = [];
  const elsewhere: number[] = [];
  const foldTotals: { inside: number; outside: number }[] = [];
  for (let fold = 0; fold < statistics.folds; fold++) {
    let inside = 0;
    statistics.counts(kind, fold).forEach((count, code) => {
      if (count === 0) return;
      inside += count;
      here.push(count);
      elsewhere.push((counts[code] ?? 0) - count);
    });
    foldTotals.push({ inside, outside: total - inside });
  }
  const logLikelihood = (logDelta: number) => {
    const delta = Math.exp(logDelta);
    let sum = 0;
    here.forEach((count, i) => (sum += count * Math.log((elsewhere[i] ?? 0) + delta)));
    for (const { inside, outside } of foldTotals)
      sum -= inside * Math.log(outside + statistics.classes * delta);
    return sum;
  };
  return Math.exp(maximise(logLikelihood, { low: Math.log(1e-6), high: Math.log(1e6), tolerance: 1e-3 }));
}
