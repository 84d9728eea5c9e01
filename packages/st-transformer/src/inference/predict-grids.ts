import { setImmediate as turn } from 'node:timers/promises';
import type { Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { GridPrediction, Statistics, TokenPredictionOptions } from '@borealis/training';
import { toBatch } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import type { CodeChooser } from './code-chooser.ts';
import { codeChooser } from './code-chooser.ts';
import type { CompiledModel } from './compiled-model.ts';
import { continueGrids, stackGrids } from './grid-continuation.ts';
import type { RowScores } from './score-rows.ts';
import { likeliestOf, scoreRows } from './score-rows.ts';
import { windowGroups } from './window-groups.ts';

export interface Inference {
  readonly config: StTransformerConfig;
  readonly statistics: Statistics;
  readonly model: CompiledModel;
}

/** Scores of the places of a future grid in all windows, and the codes that stand for it. */
type GridScores = RowScores & { readonly codes: Int32Array };

/** One prediction for each future grid of each window. The event loop gets a turn between groups of windows. */
export async function predictGrids(
  inference: Inference,
  windows: readonly Window[],
  { mode, k, choice = {} }: TokenPredictionOptions,
): Promise<GridPrediction[][]> {
  const { config, statistics, model } = inference;
  const choose = codeChooser(model, choice);
  const predictions: GridPrediction[][] = [];
  for (const { group, start } of windowGroups(config, windows)) {
    let scores: GridScores[] = [];
    // Not as the tidy's result: TensorFlow.js would look for tensors in each of its numbers.
    tf.tidy(() => {
      const { codes, states } = toBatch(config, statistics, group);
      const grids = tf.unstack(codes, 1).map((grid) => grid.dataSync() as Int32Array); // each [w s]
      const chosen: CodeChooser = (hidden, grid) => choose(hidden, `window ${start}, ${grid}`);
      const draws = (choice.temperature ?? 0) > 0;
      scores =
        mode === 'teacher-forced'
          ? scoreTruth(inference, { grids, states, k })
          : scoreContinuation(inference, { grids, states, k, ...(draws ? { choose: chosen } : {}) });
    });
    predictions.push(...group.map((_, window) => ofWindow(config, scores, window, group.length)));
    await turn();
  }
  return predictions;
}

interface ScoreArguments {
  /** The true ones, each `[w s]`. */
  readonly grids: readonly Int32Array[];
  readonly states: tf.Tensor;
  readonly k: number;
}

/** One pass over all true grids. */
function scoreTruth({ config, model }: Inference, { grids, states, k }: ScoreArguments): GridScores[] {
  const all = model.hidden({ codes: stackGrids(grids.slice(0, -1), states.shape[0]), states });
  const hidden = tf.unstack(all, 1).slice(config.contextGrids - 1); // each [w s c]
  return grids.slice(config.contextGrids).map((truth, i) => {
    const scores = scoreRows(model, tf.reshape(hidden[i] as tf.Tensor, [-1, config.dim]), { truth, k });
    return { ...scores, codes: likeliestOf(scores, truth.length) };
  });
}

/** Grid after grid, each from those before, of which the future ones are its own. */
function scoreContinuation(
  { config, model }: Inference,
  { grids, states, k, choose }: ScoreArguments & { readonly choose?: CodeChooser },
): GridScores[] {
  const { contextGrids } = config;
  const continuation = continueGrids(model, { grids: grids.slice(0, contextGrids), states });
  const future = grids.slice(contextGrids);
  return future.map((truth, i) => {
    const scores = scoreRows(model, continuation.hidden(), { truth, k });
    const codes =
      choose?.(continuation.hidden(), `grid ${contextGrids + i}`) ?? likeliestOf(scores, truth.length);
    if (i < future.length - 1) continuation.see(codes);
    return { ...scores, codes };
  });
}

function ofWindow(
  { contextGrids }: StTransformerConfig,
  scores: readonly GridScores[],
  window: number,
  windows: number,
): GridPrediction[] {
  const part = <T extends Int32Array | Float32Array>(all: T): T =>
    all.slice((window * all.length) / windows, ((window + 1) * all.length) / windows) as T;
  return scores.map((grid, i) => ({
    grid: contextGrids + i,
    codes: part(grid.codes),
    targetLogProbabilities: part(grid.targetLogProbabilities),
    topCodes: part(grid.topCodes),
    topLogProbabilities: part(grid.topLogProbabilities),
  }));
}
