import type { Dataset } from '@borealis/dataset';
import type {
  CandidateScores,
  DecodedCandidate,
  DecodedScores,
  PredictionMode,
  ScoreDecodedFramesOptions,
  TokenCandidate,
  Windows,
} from '@borealis/evaluator';
import {
  baselineCandidates,
  copiesOfLast,
  scoreDecodedFrames,
  scoreTokens,
  statesOfAnotherSegment,
} from '@borealis/evaluator';
import { CliError } from '../cli-error.ts';
import type { ScoredRecipe } from './compression-figures.ts';
import type { TokenRecipe } from './token-recipe.ts';
import { candidatesOf } from './token-recipe.ts';

export interface ScoreRecipesOptions {
  readonly windows: Windows;
  readonly modes: readonly PredictionMode[];
  readonly own: TokenRecipe;
  readonly versus: TokenRecipe;
  /** What baselines are fitted on. */
  readonly training: Dataset | undefined;
  readonly shuffleStates: boolean;
  readonly onProgress: (message: string) => void;
}

/** The own recipe first, then what it is compared with: baselines, itself with other states, another recipe. */
export async function scoreRecipes(options: ScoreRecipesOptions): Promise<ScoredRecipe[]> {
  const { windows, modes, own, versus, training, onProgress } = options;
  const ownCandidates = candidatesOf(own);
  const versusCandidates = candidatesOf(versus);
  const suffix = ', states shuffled';
  const shuffled = options.shuffleStates
    ? candidatesOf(own, { suffix, statesFor: await statesOfAnotherSegment(windows) })
    : [];
  if (training !== undefined) onProgress('fitting baselines');
  const baselines = await baselinesOf(own, training);
  const scores = await scoreTokens({
    ...{ windows, modes },
    candidates: [...baselines, ...ownCandidates, ...versusCandidates, ...shuffled],
    keepCodesOf: [...ownCandidates, ...versusCandidates],
    onProgress: (done, total) => {
      onProgress(`predicting: window ${done} of ${total}`);
    },
  });
  const recipe = (name: string, members: readonly TokenCandidate[], baseline: boolean): ScoredRecipe => ({
    ...{ name, baseline },
    scores: scores.filter((score) => members.some((member) => member.name === score.name)),
  });
  return [
    recipe(own.name, ownCandidates, false),
    ...baselines.map((candidate) => recipe(candidate.name, [candidate], true)),
    recipe(`${own.name}${suffix}`, shuffled, false),
    recipe(versus.name, versusCandidates, false),
  ].filter(({ scores }) => scores.length > 0);
}

async function baselinesOf(
  { runs: [first] }: TokenRecipe,
  training: Dataset | undefined,
): Promise<TokenCandidate[]> {
  if (training === undefined || first === undefined) return [];
  if (training.form !== 'tokenized')
    throw new CliError('invalid-option', `${training.dir} holds pictures: --train takes tokens`);
  const { classes, contextGrids, grids } = first.predictor;
  return baselineCandidates({ training, classes, contextGrids, grids });
}

export interface DecodeRecipesOptions extends Omit<ScoreDecodedFramesOptions, 'candidates' | 'onProgress'> {
  /** Whether the true tokens, decoded, are a candidate: not where they are the truth themselves. */
  readonly ceiling: boolean;
  readonly onProgress: (message: string) => void;
}

/** The same with PSNR of decoded frames, and what it is measured by: a copy of the last given grid, and the true tokens. */
export async function decodeRecipes(
  recipes: readonly ScoredRecipe[],
  { ceiling, onProgress, ...decoding }: DecodeRecipesOptions,
): Promise<ScoredRecipe[]> {
  const { contextGrids } = decoding;
  const models = recipes.flatMap(({ scores }) => scores.filter(({ codes }) => codes !== undefined));
  const yardsticks: DecodedCandidate[] = [
    { name: 'copy of last given grid', codes: (tokens) => copiesOfLast(tokens, contextGrids) },
    ...(ceiling ? [trueTokens(contextGrids)] : []),
  ];
  const scored = await scoreDecodedFrames({
    ...decoding,
    candidates: [...yardsticks, ...models.map(predictedTokens)],
    onProgress: (done, total) => {
      onProgress(`decoding: window ${done} of ${total}`);
    },
  });
  const ofModel = new Map<CandidateScores, DecodedScores>();
  models.forEach((model, i) => {
    const score = scored[yardsticks.length + i];
    if (score !== undefined) ofModel.set(model, score);
  });
  return [
    ...recipes.map((recipe) => {
      const decoded = recipe.scores.flatMap((score) => ofModel.get(score) ?? []);
      return decoded.length === 0 ? recipe : { ...recipe, decoded };
    }),
    ...scored
      .slice(0, yardsticks.length)
      .map((score) => ({ name: score.name, baseline: !score.ceiling, scores: [], decoded: [score] })),
  ];
}

function trueTokens(contextGrids: number): DecodedCandidate {
  return {
    name: 'true tokens',
    ceiling: true,
    codes: ({ data, height, width }) => data.subarray(contextGrids * height * width),
  };
}

function predictedTokens({ name, mode, codes = [] }: CandidateScores): DecodedCandidate {
  return { name, mode, codes: (_, index) => codes[index] ?? new Int32Array() };
}
