import type { Interval, PairedDifference, SegmentValue, TokenScore } from '@borealis/metrics';
import { bootstrapBySegment, pairedDifferenceBySegment } from '@borealis/metrics';
import type { CandidateScores, GridScore } from './score-tokens.ts';
import type { PredictionMode } from './token-candidate.ts';

/** A candidate's figures, each a mean over grids and windows with a 95 % interval over segments. */
export interface TokenSummary {
  readonly name: string;
  readonly mode: PredictionMode;
  readonly crossEntropy: Interval;
  readonly topKCrossEntropy: Interval;
  readonly renormalisedCrossEntropy: Interval;
  readonly perplexity: Interval;
  readonly hitRate: Interval;
  readonly accuracy: Interval;
  /** Full cross-entropy of each future grid. */
  readonly perGrid: readonly { readonly grid: number; readonly crossEntropy: Interval }[];
}

const SEED = 1;

export function summariseTokens({ name, mode, grids }: CandidateScores): TokenSummary {
  const over = (metric: keyof TokenScore, transform?: (mean: number) => number) =>
    bootstrapBySegment({
      values: valuesOf(grids, metric),
      seed: SEED,
      ...(transform === undefined ? {} : { transform }),
    });
  const indices = [...new Set(grids.map(({ grid }) => grid))].sort((a, b) => a - b);
  return {
    name,
    mode,
    crossEntropy: over('crossEntropy'),
    topKCrossEntropy: over('topKCrossEntropy'),
    renormalisedCrossEntropy: over('renormalisedCrossEntropy'),
    perplexity: over('crossEntropy', Math.exp),
    hitRate: over('hitRate'),
    accuracy: over('accuracy'),
    perGrid: indices.map((grid) => {
      const values = valuesOf(
        grids.filter((score) => score.grid === grid),
        'crossEntropy',
      );
      return { grid, crossEntropy: bootstrapBySegment({ values, seed: SEED }) };
    }),
  };
}

/** first − second on the same grids: below 0 where the first predicts better. */
export function tokenDifference(
  first: CandidateScores,
  second: CandidateScores,
  metric: keyof TokenScore = 'crossEntropy',
): PairedDifference {
  return pairedDifferenceBySegment({
    first: valuesOf(first.grids, metric),
    second: valuesOf(second.grids, metric),
    seed: SEED,
  });
}

function valuesOf(grids: readonly GridScore[], metric: keyof TokenScore): SegmentValue[] {
  return grids.map((score) => ({ segment: score.segment, value: score[metric] }));
}
