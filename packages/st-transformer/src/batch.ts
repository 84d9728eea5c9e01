import type { TokenGrids, Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import { StTransformerError } from './errors.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from './grid-times.ts';
import { gridStates } from './grid-states.ts';

export type StBatch = {
  /** `[b t+1 s]` int32: the last grid is only a target. */
  readonly codes: tf.Tensor;
  /** `[b t+1 frames channels]`, normalised; the one frame of a triple's first grid is repeated. */
  readonly states: tf.Tensor;
};

/** Frames that a window of `timeSteps` grids and one target spans: whole triples. */
export function windowFrames(config: StTransformerConfig): number {
  return Math.ceil((config.timeSteps + 1) / GRIDS_PER_TRIPLE) * FRAMES_PER_TRIPLE;
}

/**
 * @throws StTransformerError `WINDOW` where a window doesn't hold what the model needs, `STATISTICS` where states can't be
 * normalised
 */
export function toBatch(
  config: StTransformerConfig,
  statistics: Statistics,
  windows: readonly Window[],
): StBatch {
  const grids = config.timeSteps + 1;
  const places = config.gridHeight * config.gridWidth;
  const codes = new Int32Array(windows.length * grids * places);
  windows.forEach((window, i) => {
    codes.set(tokensOf(config, window, grids).data.subarray(0, grids * places), i * grids * places);
  });
  const states = gridStates(windows, { config, statistics, grids });
  return { codes: tf.tensor(codes, [windows.length, grids, places], 'int32'), states };
}

/**
 * The tokens of a window, at least so many grids of the model's size.
 *
 * @throws StTransformerError `WINDOW`
 */
export function tokensOf(config: StTransformerConfig, window: Window, grids: number): TokenGrids {
  const { gridHeight, gridWidth } = config;
  const { tokens } = window;
  const where = `the window at frame ${window.start} of shard ${window.shard}`;
  if (tokens === undefined)
    throw new StTransformerError('WINDOW', `${where} holds no tokens: tokenize the data first`);
  const { count, height, width } = tokens;
  if (height !== gridHeight || width !== gridWidth || count < grids) {
    throw new StTransformerError(
      'WINDOW',
      `${where} holds ${count} grids of ${height}×${width}; the model needs ${grids} of ${gridHeight}×${gridWidth}`,
    );
  }
  return tokens;
}
