import type { Window } from '@borealis/dataset';
import type { Statistics } from '@borealis/training';
import { tf } from '@borealis/tensor';
import type { StTransformerConfig } from './config.ts';
import { StTransformerError } from './errors.ts';
import { FRAMES_PER_TRIPLE, FRAMES_PER_VIDEO_GRID, framesOfGrid, GRIDS_PER_TRIPLE } from './grid-times.ts';

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

/** @throws StTransformerError `WINDOW` where a window doesn't hold what the model needs */
export function toBatch(
  config: StTransformerConfig,
  statistics: Statistics,
  windows: readonly Window[],
): StBatch {
  const grids = config.timeSteps + 1;
  const places = config.gridHeight * config.gridWidth;
  const codes = new Int32Array(windows.length * grids * places);
  windows.forEach((window, i) => {
    const { tokens } = window;
    if (tokens === undefined)
      throw new StTransformerError('WINDOW', `window ${i} holds no tokens: tokenize the data first`);
    if (tokens.height !== config.gridHeight || tokens.width !== config.gridWidth || tokens.count < grids) {
      throw new StTransformerError(
        'WINDOW',
        `window ${i} holds ${tokens.count} grids of ${tokens.height}×${tokens.width}; the model needs ${grids} of ` +
          `${config.gridHeight}×${config.gridWidth}`,
      );
    }
    codes.set(tokens.data.subarray(0, grids * places), i * grids * places);
  });
  return {
    codes: tf.tensor(codes, [windows.length, grids, places], 'int32'),
    states: gridStates(
      config,
      statistics,
      windows.map(({ states }) => states),
      grids,
    ),
  };
}

/** States `[frames channels]` of each window → `[b grids 8 channels]`, normalised. */
export function gridStates(
  config: StTransformerConfig,
  statistics: Statistics,
  states: readonly Float32Array[],
  grids: number,
): tf.Tensor {
  const { stateChannels } = config;
  const mean = statistics['state_mean'] ?? new Float32Array(stateChannels);
  const deviation = statistics['state_deviation'] ?? new Float32Array(stateChannels).fill(1);
  const values = new Float32Array(states.length * grids * FRAMES_PER_VIDEO_GRID * stateChannels);
  let next = 0;
  for (const window of states) {
    for (let grid = 0; grid < grids; grid++) {
      const { start, count } = framesOfGrid(grid);
      for (let i = 0; i < FRAMES_PER_VIDEO_GRID; i++) {
        const row = (start + Math.min(i, count - 1)) * stateChannels;
        for (let channel = 0; channel < stateChannels; channel++) {
          const value = window[row + channel];
          if (value === undefined) {
            throw new StTransformerError(
              'WINDOW',
              `states end at frame ${window.length / stateChannels}, grid ${grid} needs more`,
            );
          }
          values[next++] = (value - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
        }
      }
    }
  }
  return tf.tensor(values, [states.length, grids, FRAMES_PER_VIDEO_GRID, stateChannels]);
}
