import type {
  CandidateScores,
  DecodedScores,
  DecodedSummary,
  PredictionMode,
  SegmentGroup,
  TokenSummary,
} from '@borealis/evaluator';
import {
  averageDecoded,
  averageScores,
  decodedDifference,
  inGroup,
  summariseDecodedFrames,
  summariseTokens,
  tokenDifference,
} from '@borealis/evaluator';
import type { PairedDifference } from '@borealis/metrics';

/** Scores of all runs of one recipe, or of one baseline. */
export interface ScoredRecipe {
  readonly name: string;
  /** Needs no training: stands before the models. */
  readonly baseline: boolean;
  /** In each mode, of each run. */
  readonly scores: readonly CandidateScores[];
  readonly decoded?: readonly DecodedScores[];
}

/** first − second on the same windows. */
export interface TokenDifferences {
  readonly first: string;
  readonly second: string;
  readonly mode: PredictionMode;
  /** Nats per token: below 0 where the first is better. */
  readonly crossEntropy: PairedDifference;
  readonly topKCrossEntropy: PairedDifference;
}

export interface DecodedDifferences {
  readonly first: string;
  readonly second: string;
  readonly mode?: PredictionMode;
  /** dB: above 0 where the first is better. */
  readonly psnr: PairedDifference;
}

/** All figures over some windows. */
export interface CompressionFigures {
  /** Which windows: all, or a group's. */
  readonly name: string;
  readonly windows: number;
  readonly segments: number;
  /** Of baselines and recipes, teacher-forced ones first. */
  readonly summaries: readonly TokenSummary[];
  /** Of each run, where a recipe has several. */
  readonly runSummaries: readonly TokenSummary[];
  readonly differences: readonly TokenDifferences[];
  /** PSNR of decoded frames, where there is a tokenizer. */
  readonly decoded?: readonly DecodedSummary[];
  readonly runDecoded?: readonly DecodedSummary[];
  readonly decodedDifferences?: readonly DecodedDifferences[];
}

/** The figures of the first recipe, of what it is compared with, and what lies between them. */
export function compressionFigures(
  name: string,
  own: ScoredRecipe,
  others: readonly ScoredRecipe[],
): CompressionFigures {
  const recipes = [
    ...others.filter(({ baseline }) => baseline),
    own,
    ...others.filter(({ baseline }) => !baseline),
  ];
  const [first] = own.scores;
  const windows = new Set(first?.grids.map(({ window }) => window));
  const segments = new Set(first?.grids.map(({ segment }) => segment));
  const decoded = recipes.flatMap(({ decoded }) => decoded ?? []);
  return {
    ...{ name, windows: windows.size, segments: segments.size },
    summaries: inModes(recipes.flatMap(meanScores)).map(summariseTokens),
    runSummaries: inModes(recipes.flatMap(eachRun)).map(summariseTokens),
    differences: inModes(others.flatMap((other) => differencesOf(own, other))),
    ...(decoded.length === 0
      ? {}
      : {
          decoded: inModes(recipes.flatMap(meanDecoded)).map(summariseDecodedFrames),
          runDecoded: inModes(recipes.flatMap(eachDecodedRun)).map(summariseDecodedFrames),
          decodedDifferences: others.flatMap((other) => decodedDifferencesOf(own, other)),
        }),
  };
}

/** A recipe's scores on the windows of a group. */
export function recipeInGroup(
  { scores, decoded, ...about }: ScoredRecipe,
  group: SegmentGroup,
): ScoredRecipe {
  return {
    ...about,
    scores: scores.map((score) => ({ ...score, grids: inGroup(score.grids, group) })),
    ...(decoded === undefined
      ? {}
      : { decoded: decoded.map((score) => ({ ...score, frames: inGroup(score.frames, group) })) }),
  };
}

/** The mean over the runs of each mode. */
function meanScores({ name, scores }: ScoredRecipe): CandidateScores[] {
  return byMode(scores).map((runs) => averageScores(name, runs));
}

function meanDecoded({ name, decoded = [] }: ScoredRecipe): DecodedScores[] {
  return byMode(decoded).map((runs) => averageDecoded(name, runs));
}

/** Teacher-forced ones first, then autoregressive ones: what is to be compared stands together. */
function inModes<Scored extends { readonly mode?: PredictionMode; readonly ceiling?: boolean }>(
  scores: readonly Scored[],
): Scored[] {
  const rank = ({ mode, ceiling }: Scored): number => {
    if (mode === undefined) return ceiling === true ? 3 : 0;
    return mode === 'teacher-forced' ? 1 : 2;
  };
  return scores.toSorted((a, b) => rank(a) - rank(b));
}

function byMode<Scored extends { readonly mode?: PredictionMode }>(scores: readonly Scored[]): Scored[][] {
  const modes = [...new Set(scores.map(({ mode }) => mode))];
  return modes.map((wanted) => scores.filter(({ mode }) => mode === wanted));
}

/** The runs by themselves, where there are several. */
function eachRun(recipe: ScoredRecipe): readonly CandidateScores[] {
  return meanScores(recipe).length === recipe.scores.length ? [] : recipe.scores;
}

function eachDecodedRun(recipe: ScoredRecipe): readonly DecodedScores[] {
  const { decoded = [] } = recipe;
  return meanDecoded(recipe).length === decoded.length ? [] : decoded;
}

function differencesOf(own: ScoredRecipe, other: ScoredRecipe): TokenDifferences[] {
  const theirs = meanScores(other);
  return meanScores(own).flatMap((first) => {
    const second = theirs.find(({ mode }) => mode === first.mode);
    if (second === undefined) return [];
    return [
      {
        ...{ first: own.name, second: other.name, mode: first.mode },
        crossEntropy: tokenDifference(first, second),
        topKCrossEntropy: tokenDifference(first, second, 'topKCrossEntropy'),
      },
    ];
  });
}

function decodedDifferencesOf(own: ScoredRecipe, other: ScoredRecipe): DecodedDifferences[] {
  const theirs = meanDecoded(other).filter(({ ceiling }) => !ceiling);
  return meanDecoded(own).flatMap((first) => {
    const second = theirs.find(({ mode }) => mode === first.mode) ?? theirs.find(({ mode }) => !mode);
    if (second === undefined) return [];
    const mode = first.mode === undefined ? {} : { mode: first.mode };
    return [{ first: own.name, second: other.name, ...mode, psnr: decodedDifference(first, second) }];
  });
}
