import type { Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import type { StTransformerConfig } from './config.ts';
import { StTransformerError } from './errors.ts';
import { FRAMES_PER_VIDEO_GRID, framesOfGrid } from './grid-times.ts';

export interface GridStatesOptions {
  readonly config: StTransformerConfig;
  readonly statistics: Statistics;
  /** How many grids, from the first frame of `states` on. */
  readonly grids: number;
}

/**
 * States `[frames channels]` of each window as `[b grids 8 channels]`, normalised: the frames that each grid stands for,
 * the one frame of a triple's first grid eight times.
 *
 * @throws StTransformerError `WINDOW` where states end too early, `STATISTICS` where those of states are missing
 */
export function gridStates(
  windows: readonly Pick<Window, 'states'>[],
  { config, statistics, grids }: GridStatesOptions,
): tf.Tensor {
  const { stateChannels } = config;
  const mean = statisticOf('state_mean', statistics, stateChannels);
  const deviation = statisticOf('state_deviation', statistics, stateChannels);
  const frames = Int32Array.from({ length: grids * FRAMES_PER_VIDEO_GRID }, (_, i) => frameAt(i));
  const needed = Math.max(...frames) + 1;
  const normalised = windows.map(({ states }) => {
    if (states.length < needed * stateChannels) {
      throw new StTransformerError(
        'WINDOW',
        `${grids} grids need the states of ${needed} frames with ${stateChannels} channels, these end at frame ` +
          `${states.length / stateChannels}`,
      );
    }
    const values = new Float32Array(frames.length * stateChannels);
    frames.forEach((frame, row) => {
      const state = states.subarray(frame * stateChannels, (frame + 1) * stateChannels);
      state.forEach((value, i) => {
        values[row * stateChannels + i] = (value - (mean[i] ?? NaN)) / (deviation[i] ?? NaN);
      });
    });
    return values;
  });
  const shape = [grids, FRAMES_PER_VIDEO_GRID, stateChannels];
  return tf.tidy(() => tf.stack(normalised.map((values) => tf.tensor(values, shape))));
}

/** The frame in the i-th of eight rows per grid. */
function frameAt(i: number): number {
  const { start, count } = framesOfGrid(Math.floor(i / FRAMES_PER_VIDEO_GRID));
  return start + Math.min(i % FRAMES_PER_VIDEO_GRID, count - 1);
}

function statisticOf(name: string, statistics: Statistics, channels: number): Float32Array {
  const found = statistics[name];
  if (found?.length === channels) return found;
  throw new StTransformerError(
    'STATISTICS',
    `the statistic ${name} ${found === undefined ? 'is missing' : `has ${found.length} numbers`}, ` +
      `states have ${channels} channels: take what fitStatistics gave for the training set`,
  );
}
