import { setImmediate as turn } from 'node:timers/promises';
import type { Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { GridPrediction, Statistics, TokenPredictionOptions } from '@borealis/training';
import { toBatch } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import type { CompiledModel } from './compiled-model.ts';
import { nextHidden, stackGrids } from './next-hidden.ts';
import type { RowScores } from './score-rows.ts';
import { scoreRows } from './score-rows.ts';

/** Windows with so many places in a grid, together, are predicted at a time. */
const PLACES_AT_A_TIME = 2048;

export interface Inference {
  readonly config: StTransformerConfig;
  readonly statistics: Statistics;
  readonly model: CompiledModel;
}

/** One prediction for each future grid of each window. The event loop gets a turn between groups of windows. */
export async function predictGrids(
  inference: Inference,
  windows: readonly Window[],
  options: TokenPredictionOptions,
): Promise<GridPrediction[][]> {
  const { gridHeight, gridWidth } = inference.config;
  const together = Math.max(1, Math.floor(PLACES_AT_A_TIME / (gridHeight * gridWidth)));
  const predictions: GridPrediction[][] = [];
  for (let start = 0; start < windows.length; start += together) {
    predictions.push(...predictGroup(inference, windows.slice(start, start + together), options));
    await turn();
  }
  return predictions;
}

function predictGroup(
  { config, statistics, model }: Inference,
  windows: readonly Window[],
  { mode, k }: TokenPredictionOptions,
): GridPrediction[][] {
  let predictions: GridPrediction[][] = [];
  // Not as the tidy's result: TensorFlow.js would look for tensors in each of its numbers.
  tf.tidy(() => {
    const { codes, states } = toBatch(config, statistics, windows);
    const truth = tf.unstack(codes, 1).map((grid) => grid.dataSync() as Int32Array); // each [w s]
    const all = mode === 'teacher-forced' ? hiddenOfAll(model, truth.slice(0, -1), states) : [];
    const seen = truth.slice(0, config.contextGrids);
    const scores = truth.slice(config.contextGrids).map((target, i) => {
      const hidden = all[config.contextGrids - 1 + i] ?? nextHidden(config, model, { seen, states });
      const score = scoreRows(model, hidden, { truth: target, k });
      seen.push(score.codes);
      return score;
    });
    predictions = windows.map((_, window) =>
      scores.map((score, i) => ({
        grid: config.contextGrids + i,
        ...scoresOfWindow(score, { window, windows: windows.length }),
      })),
    );
  });
  return predictions;
}

/** What the model knows after each of the true grids, each `[w·s c]`: one pass for all of them. */
function hiddenOfAll(model: CompiledModel, grids: readonly Int32Array[], states: tf.Tensor): tf.Tensor[] {
  const hidden = model.hidden(stackGrids(grids, states.shape[0]), states);
  return tf.unstack(hidden, 1).map((step) => tf.reshape(step, [-1, step.shape.at(-1) as number]));
}

function scoresOfWindow(
  scores: RowScores,
  { window, windows }: { readonly window: number; readonly windows: number },
): RowScores {
  const part = (length: number): [number, number] => [
    (window * length) / windows,
    ((window + 1) * length) / windows,
  ];
  return {
    codes: scores.codes.slice(...part(scores.codes.length)),
    targetLogProbabilities: scores.targetLogProbabilities.slice(
      ...part(scores.targetLogProbabilities.length),
    ),
    topCodes: scores.topCodes.slice(...part(scores.topCodes.length)),
    topLogProbabilities: scores.topLogProbabilities.slice(...part(scores.topLogProbabilities.length)),
  };
}
