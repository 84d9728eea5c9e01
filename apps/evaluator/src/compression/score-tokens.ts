import type { Window, WindowIndex } from '@borealis/dataset';
import type { TokenScore } from '@borealis/metrics';
import { createTokenScores } from '@borealis/metrics';
import type { PredictionMode, TokenCandidate } from './token-candidate.ts';

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
}

export interface ScoreTokensOptions {
  readonly windows: WindowIndex;
  readonly candidates: readonly TokenCandidate[];
  readonly modes: readonly PredictionMode[];
  readonly onProgress?: (done: number, total: number) => void;
}

/** Scores every candidate on every window, in each mode. */
export async function scoreTokens(options: ScoreTokensOptions): Promise<CandidateScores[]> {
  const { windows, candidates, modes } = options;
  const runs = candidates.flatMap((candidate) =>
    modes
      .filter((mode) => candidate.modes?.includes(mode) ?? true)
      .map((mode) => ({ candidate, mode, grids: [] as GridScore[] })),
  );
  for (let i = 0; i < windows.count; i++) {
    const window = await windows.at(i);
    for (const { candidate, mode, grids } of runs)
      grids.push(...(await scoreWindow(candidate, mode, window, i)));
    options.onProgress?.(i + 1, windows.count);
  }
  return runs.map(({ candidate, mode, grids }) => ({ name: candidate.name, mode, grids }));
}

async function scoreWindow(
  candidate: TokenCandidate,
  mode: PredictionMode,
  window: Window,
  index: number,
): Promise<GridScore[]> {
  const { tokens } = window;
  if (tokens === undefined) throw new Error(`window ${index} holds no tokens: evaluate tokenized data`);
  const places = tokens.height * tokens.width;
  const scores = createTokenScores();
  const predicted = await candidate.predict(window, mode);
  return predicted.map(({ grid, predictions, targetLogProbabilities }) => {
    const targets = tokens.data.subarray(grid * places, (grid + 1) * places);
    const score = scores.add({ predictions, targets, targetLogProbabilities });
    return { ...score, segment: window.segment, window: index, grid };
  });
}
