import type { Window, WindowIndex } from '@borealis/dataset';
import type { TopKPredictions } from '@borealis/metrics';

/** What is evaluated on: all windows of a dataset, or some. */
export type Windows = Pick<WindowIndex, 'count' | 'at'>;

/** `teacher-forced`: each grid from the true ones before it; `autoregressive`: from what was predicted so far. */
export type PredictionMode = 'teacher-forced' | 'autoregressive';

/** What is said of one future grid, in the form that scores it. */
export interface PredictedGrid {
  /** Index in the window, counted from 0. */
  readonly grid: number;
  readonly predictions: TopKPredictions;
  /** `[places]` log-probability of each true code. */
  readonly targetLogProbabilities: Float32Array | Float64Array;
}

/** Anything that predicts the future grids of a window: a trained model, a baseline. */
export interface TokenCandidate {
  readonly name: string;
  /** In which modes it is scored. Default: in all that are asked for. */
  readonly modes?: readonly PredictionMode[];
  /** One list of future grids for each window. */
  predict(windows: readonly Window[], mode: PredictionMode): Promise<readonly (readonly PredictedGrid[])[]>;
}
