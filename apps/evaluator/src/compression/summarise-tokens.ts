import type { Interval, PairedDifference, SegmentValue, TokenScore } from '@borealis/metrics';
import { bootstrapBySegment, pairedDifferenceBySegment } from '@borealis/metrics';
import type { CandidateScores, GridScore } from './score-tokens.ts';
import type { PredictionMode } from './token-candidate.ts';

/** Means over grids and windows, each with a 95 % interval over segments. */
export interface TokenFigures {
  readonly crossEntropy: Interval;
  readonly topKCrossEntropy: Interval;
  readonly renormalisedCrossEntropy: Interval;
  /** exp of the mean cross-entropy. */
  readonly perplexity: Interval;
  readonly hitRate: Interval;
  readonly accuracy: Interval;
}

/** A candidate's figures, over all future grids and of each. */
export interface TokenSummary extends TokenFigures {
  readonly name: string;
  readonly mode: PredictionMode;
  readonly perGrid: readonly ({ readonly grid: number } & TokenFigures)[];
}

const SEED = 1;

export function summariseTokens({ name, mode, grids }: CandidateScores): TokenSummary {
  const indices = [...new Set(grids.map(({ grid }) => grid))].sort((a, b) => a - b);
  return {
    name,
    mode,
    ...figuresOf(grids),
    perGrid: indices.map((grid) => ({ grid, ...figuresOf(grids.filter((score) => score.grid === grid)) })),
  };
}

function figuresOf(grids: readonly GridScore[]): TokenFigures {
  const over = (metric: keyof TokenScore, transform?: (mean: number) => number) =>
    bootstrapBySegment({
      values: valuesOf(grids, metric),
      seed: SEED,
      ...(transform === undefined ? {} : { transform }),
    });
  return {
    crossEntropy: over('crossEntropy'),
    topKCrossEntropy: over('topKCrossEntropy'),
    renormalisedCrossEntropy: over('renormalisedCrossEntropy'),
    perplexity: over('crossEntropy', Math.exp),
    hitRate: over('hitRate'),
    accuracy: over('accuracy'),
  };
}

/** first − second on the same grids: below 0 where the first predicts better. */
export function tokenDifference(
  first: Pick<CandidateScores, 'grids'>,
  second: Pick<CandidateScores, 'grids'>,
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
