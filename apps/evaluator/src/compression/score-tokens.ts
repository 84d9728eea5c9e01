import type { TokenGrids, Window } from '@borealis/dataset';
import type { TokenScore } from '@borealis/metrics';
import { createTokenScores } from '@borealis/metrics';
import { EvaluatorError } from '../evaluator-error.ts';
import type { PredictedGrid, PredictionMode, TokenCandidate, Windows } from './token-candidate.ts';

/** One candidate's scores on one grid of one window. */
export interface GridScore extends TokenScore {
  readonly segment: number;
  readonly window: number;
  readonly grid: number;
}

export interface CandidateScores {
  readonly name: string;
  readonly mode: PredictionMode;
  /** Window by window, grid by grid: the same order for each candidate, so that differences can be paired. */
  readonly grids: readonly GridScore[];
  /** The likeliest codes of each window's future grids, `[grids·places]`; only of whom they were asked for. */
  readonly codes?: readonly Int32Array[];
}

export interface ScoreTokensOptions {
  readonly windows: Windows;
  readonly candidates: readonly TokenCandidate[];
  readonly modes: readonly PredictionMode[];
  /** Those of the candidates whose likeliest codes are kept. */
  readonly keepCodesOf?: readonly TokenCandidate[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** So many windows are predicted together, fewer where grids are large: 500 codes of each place are in memory. */
const WINDOWS_AT_A_TIME = 16;
const PLACES_AT_A_TIME = 4096;

/** Scores every candidate on every window, in each mode. */
export async function scoreTokens(options: ScoreTokensOptions): Promise<CandidateScores[]> {
  const { windows, candidates, modes, keepCodesOf = [] } = options;
  const runs = candidates.flatMap((candidate) =>
    modes
      .filter((mode) => candidate.modes?.includes(mode) ?? true)
      .map((mode) => ({
        ...{ candidate, mode, grids: [] as GridScore[] },
        codes: keepCodesOf.includes(candidate) ? ([] as Int32Array[]) : undefined,
      })),
  );
  for await (const group of groupsOf(windows)) {
    for (const { candidate, mode, grids, codes } of runs) {
      const predicted = await candidate.predict(
        group.map(({ window }) => window),
        mode,
      );
      group.forEach((read, i) => grids.push(...scoreWindow(read, predicted[i] ?? [])));
      codes?.push(...predicted.map(likeliestCodes));
    }
    options.onProgress?.((group.at(-1)?.index ?? 0) + 1, windows.count);
  }
  return runs.map(({ candidate, mode, grids, codes }) => ({
    ...{ name: candidate.name, mode, grids },
    ...(codes === undefined ? {} : { codes }),
  }));
}

interface ReadWindow {
  readonly index: number;
  readonly window: Window;
  readonly tokens: TokenGrids;
}

/** The windows in order, as many together as are predicted at a time. */
async function* groupsOf(windows: Windows): AsyncGenerator<readonly ReadWindow[]> {
  let group: ReadWindow[] = [];
  for (let index = 0; index < windows.count; index++) {
    const window = await windows.at(index);
    const { tokens } = window;
    if (tokens === undefined)
      throw new EvaluatorError('windows', `window ${index} holds no tokens: evaluate tokenized data`);
    group.push({ index, window, tokens });
    const places = (group.length + 1) * tokens.height * tokens.width;
    if (group.length < WINDOWS_AT_A_TIME && places <= PLACES_AT_A_TIME) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function scoreWindow(
  { index, window, tokens }: ReadWindow,
  predicted: readonly PredictedGrid[],
): GridScore[] {
  const places = tokens.height * tokens.width;
  const scores = createTokenScores();
  return predicted.map(({ grid, predictions, targetLogProbabilities }) => {
    const targets = tokens.data.subarray(grid * places, (grid + 1) * places);
    const score = scores.add({ predictions, targets, targetLogProbabilities });
    return { ...score, segment: window.segment, window: index, grid };
  });
}

/** The first of each place's codes, grid after grid. */
function likeliestCodes(predicted: readonly PredictedGrid[]): Int32Array {
  const grids = predicted.map(({ predictions: { indices, k } }) =>
    Int32Array.from({ length: indices.length / k }, (_, place) => indices[place * k] ?? 0),
  );
  return Int32Array.from(grids.flatMap((codes) => [...codes]));
}
