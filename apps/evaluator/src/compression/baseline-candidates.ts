import type { Dataset, Window } from '@borealis/dataset';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '@borealis/dataset';
import type { TokenBaseline, TopKPredictions } from '@borealis/metrics';
import { CHALLENGE_K, createTokenStatistics, fitCopy, fitUnigram, uniformBaseline } from '@borealis/metrics';
import type { PredictedGrid, PredictionMode, TokenCandidate } from './token-candidate.ts';

export interface BaselineOptions {
  /** Tokenized; what the baselines are fitted on. */
  readonly training: Dataset;
  /** Codes in the vocabulary. */
  readonly classes: number;
  /** Grids that are given, and in all. */
  readonly contextGrids: number;
  readonly grids: number;
}

/** Uniform, unigram per kind of grid, and copy mixed with unigram, fitted on a training set. */
export async function baselineCandidates(options: BaselineOptions): Promise<TokenCandidate[]> {
  const { training, classes, contextGrids, grids } = options;
  const distances = Array.from({ length: grids - contextGrids }, (_, i) => i + 1);
  const statistics = createTokenStatistics({ classes, kinds: GRIDS_PER_TRIPLE, distances });
  const [, height = 1, width = 1] = training.tokenShape ?? [];
  for (const [index, segment] of training.segments.entries()) {
    const triple = Math.ceil(segment.start / FRAMES_PER_TRIPLE);
    const count = Math.floor((segment.start + segment.frames) / FRAMES_PER_TRIPLE) - triple;
    if (count < 1) continue;
    const { data } = await training.readTokens(segment.shard, triple, count);
    statistics.add({ segment: index, codes: data, places: height * width, firstKind: 0 });
  }
  const unigram = fitUnigram(statistics);
  const baselines = [uniformBaseline(classes), unigram, fitCopy(statistics, unigram)];
  return baselines.map((baseline) => candidateOf(baseline, options));
}

function candidateOf(baseline: TokenBaseline, { contextGrids, grids }: BaselineOptions): TokenCandidate {
  function predictGrid(codes: Int32Array, places: number, grid: number, mode: PredictionMode): PredictedGrid {
    const source = mode === 'teacher-forced' ? grid - 1 : contextGrids - 1;
    const at = (index: number) => codes.subarray(index * places, (index + 1) * places);
    const prediction = baseline.predict({
      kind: grid % GRIDS_PER_TRIPLE,
      previous: at(source),
      distance: grid - source,
    });
    const predictions: TopKPredictions = prediction.topK(Math.min(CHALLENGE_K, baseline.classes));
    return { grid, predictions, targetLogProbabilities: prediction.logProbabilities(at(grid)) };
  }

  function predictWindow({ tokens }: Window, mode: PredictionMode): PredictedGrid[] {
    if (tokens === undefined) throw new Error(`${baseline.name} needs tokens`);
    const places = tokens.height * tokens.width;
    const future = Array.from({ length: grids - contextGrids }, (_, i) => contextGrids + i);
    return future.map((grid) => predictGrid(tokens.data, places, grid, mode));
  }

  return {
    name: baseline.name,
    predict: (windows, mode) => Promise.resolve(windows.map((window) => predictWindow(window, mode))),
  };
}
