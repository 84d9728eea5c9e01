import type { TopKPredictions } from '../top-k-predictions.ts';

/** What a baseline is told of the grid it predicts. */
export interface GridContext {
  /** Position of the target grid in its triple: 0, 1 or 2. */
  readonly kind: number;
  /** `[places]` codes of the grid to look back on: the last one given, or (teacher-forced) the one before the target. */
  readonly previous: Int32Array;
  /** How many grids the target comes after `previous`; 1 (default) is the next one. */
  readonly distance?: number;
}

/** A distribution over the codes at every place of a grid. */
export interface GridPrediction {
  /** `targets: [places]` → `[places]` log-probability of each target. */
  logProbabilities(targets: Int32Array): Float64Array;
  /** The k likeliest codes of each place; of equally likely ones the smaller first. Default k: 500. */
  topK(k?: number): TopKPredictions;
}

/** A model without a network, to be beaten. */
export interface TokenBaseline {
  readonly name: string;
  /** Codes in the vocabulary. */
  readonly classes: number;
  /** @throws {MetricsError} `not-fitted` for a kind or distance that the training data did not have; `out-of-range` */
  predict(context: GridContext): GridPrediction;
}
