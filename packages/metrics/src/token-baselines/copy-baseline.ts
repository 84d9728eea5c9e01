import { MetricsError } from '../metrics-error.ts';
import { maximise } from './golden-section.ts';
import { predictMixture } from './shared-distribution.ts';
import type { TokenBaseline } from './token-baseline.ts';
import type { TokenStatistics } from './token-statistics.ts';
import { totalCounts } from './unigram-baseline.ts';
import type { UnigramBaseline } from './unigram-baseline.ts';

export interface CopyBaseline extends TokenBaseline {
  /** Share α of the copy for a target grid of `kind`, `distance` grids after the one that is copied. */
  alpha(kind: number, distance: number): number;
}

/**
 * α · [the code at the same place of the previous grid] + (1 − α) · unigram of the target's kind. α is the one of
 * highest likelihood for each (kind, distance); the unigram of a fold's tokens comes from the other folds' counts.
 *
 * @throws {MetricsError} `not-fitted` when asked for a distance that the statistics never saw
 */
export function fitCopy(statistics: TokenStatistics, unigram: UnigramBaseline): CopyBaseline {
  const alphas = new Map<string, number>();
  for (let kind = 0; kind < statistics.kinds; kind++) {
    const counts = totalCounts(statistics, kind);
    for (const distance of statistics.distances) {
      const alpha = fitAlpha(statistics, {
        kind,
        distance,
        counts,
        smoothing: unigram.smoothing[kind] ?? NaN,
      });
      if (alpha !== undefined) alphas.set(`${kind}/${distance}`, alpha);
    }
  }
  const alphaOf = (kind: number, distance: number) => {
    const alpha = alphas.get(`${kind}/${distance}`);
    if (alpha !== undefined) return alpha;
    throw new MetricsError(
      'not-fitted',
      `the training data held no grid of kind ${kind} with one ${distance} grids before it: fitted are ${[...alphas.keys()].join(', ')} (kind/distance).`,
    );
  };
  return {
    name: 'copy',
    classes: statistics.classes,
    alpha: alphaOf,
    predict({ kind, previous, distance = 1 }) {
      const alpha = alphaOf(kind, distance);
      const distribution = unigram.distributions[kind];
      if (distribution === undefined)
        throw new MetricsError('not-fitted', `grid kind ${kind} has no unigram.`);
      return predictMixture(distribution, previous, alpha);
    },
  };
}

function fitAlpha(
  statistics: TokenStatistics,
  given: { kind: number; distance: number; counts: Float64Array; smoothing: number },
): number | undefined {
  const { kind, distance, counts, smoothing } = given;
  const total = counts.reduce((sum, value) => sum + value, 0);
  const times: number[] = [];
  const unigrams: number[] = [];
  let [pairs, equals] = [0, 0];
  for (let fold = 0; fold < statistics.folds; fold++) {
    const inside = statistics.counts(kind, fold);
    const outside = total - inside.reduce((sum, value) => sum + value, 0);
    const { total: foldPairs, equal } = statistics.pairs(kind, distance, fold);
    pairs += foldPairs;
    equal.forEach((count, code) => {
      if (count === 0) return;
      equals += count;
      times.push(count);
      const elsewhere = (counts[code] ?? 0) - (inside[code] ?? 0);
      unigrams.push((elsewhere + smoothing) / (outside + statistics.classes * smoothing));
    });
  }
  if (pairs === 0) return undefined;
  // a place that changed has probability (1 − α) · unigram: only the first factor depends on α
  const logLikelihood = (alpha: number) => {
    let sum = (pairs - equals) * Math.log1p(-alpha);
    times.forEach((count, i) => (sum += count * Math.log(alpha + (1 - alpha) * (unigrams[i] ?? 0))));
    return sum;
  };
  // pseudo-pair of each outcome: training data that never changes must not make α 1, which would forbid change
  const highest = 1 - 1 / (pairs + 2);
  return maximise(logLikelihood, { low: 0, high: highest, tolerance: 1e-7 });
}
