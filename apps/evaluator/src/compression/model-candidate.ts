import type { Window } from '@borealis/dataset';
import { CHALLENGE_K } from '@borealis/metrics';
import type { GridPrediction, TokenPredictor } from '@borealis/training';
import type { PredictedGrid, PredictionMode, TokenCandidate } from './token-candidate.ts';

export interface ModelCandidateOptions {
  readonly name: string;
  readonly predictor: TokenPredictor;
  /** Codes in the vocabulary. */
  readonly classes: number;
  /** What the model gets to see instead of a window's own states. */
  readonly statesFor?: (window: Window) => Float32Array;
  /** In which modes it is scored. Default: in all that are asked for. */
  readonly modes?: readonly PredictionMode[];
}

/** A trained model as something to be scored. */
export function modelCandidate({
  name,
  predictor,
  classes,
  statesFor,
  modes,
}: ModelCandidateOptions): TokenCandidate {
  return {
    name,
    ...(modes === undefined ? {} : { modes }),
    predict: async (windows, mode) => {
      const seen =
        statesFor === undefined
          ? windows
          : windows.map((window) => ({ ...window, states: statesFor(window) }));
      const predicted = await predictor.predict(seen, { mode, k: CHALLENGE_K });
      return predicted.map((grids) => grids.map((grid) => predictedGrid(grid, { name, classes })));
    },
  };
}

function predictedGrid(
  { grid, topCodes, topLogProbabilities, targetLogProbabilities }: GridPrediction,
  { name, classes }: { readonly name: string; readonly classes: number },
): PredictedGrid {
  if (targetLogProbabilities === undefined)
    throw new Error(`${name} was not told the true codes of grid ${grid}`);
  const k = Math.min(CHALLENGE_K, classes);
  const predictions = { k, classes, indices: topCodes, logProbabilities: topLogProbabilities };
  return { grid, predictions, targetLogProbabilities };
}
