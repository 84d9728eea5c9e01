import type { TokenGrids, Window } from '@borealis/dataset';
import type {
  GridPrediction,
  Parameters,
  Statistics,
  TokenPredictionOptions,
  TokenPredictor,
} from '@borealis/training';
import { compile, tf } from '@borealis/tensor';
import { gridStates, toBatch } from '../batch.ts';
import type { StTransformerConfig } from '../config.ts';
import { StTransformerError } from '../errors.ts';
import type { StTransformerParameters } from '../forward.ts';
import { hiddenOf } from '../forward.ts';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from '../grid-times.ts';
import type { GridOutputs } from './grid-outputs.ts';
import { greedyCodes, gridOutputs } from './grid-outputs.ts';

/**
 * Predictions of one set of parameters. Autoregressive over grids, parallel over places: grid t + 1 is predicted from
 * hidden states at grid t, all places at once.
 *
 * The parameters stay the caller's; `dispose` lets go of the compiled functions alone.
 */
export function createPredictor(
  config: StTransformerConfig,
  parameters: Parameters,
  statistics: Statistics,
): TokenPredictor {
  const p = parameters as unknown as StTransformerParameters;
  const places = config.gridHeight * config.gridWidth;
  const { timeSteps, contextGrids } = config;

  const hidden = compile(
    (inputs: { p: Parameters; codes: tf.Tensor; states: tf.Tensor }) =>
      hiddenOf(config, inputs.p as unknown as StTransformerParameters, inputs.codes, inputs.states),
    { name: 'st_hidden' },
  );
  const greedy = compile(
    (inputs: { p: Parameters; hidden: tf.Tensor }) => greedyCodes(config, inputs.p as never, inputs.hidden),
    {
      name: 'st_greedy',
    },
  );
  const outputsFor = new Map<number, ReturnType<typeof compileOutputs>>();
  const compileOutputs = (k: number) =>
    compile(
      (inputs: { p: Parameters; hidden: tf.Tensor; targets: tf.Tensor }) =>
        gridOutputs(config, inputs.p as never, { hidden: inputs.hidden, targets: inputs.targets, k }),
      { name: 'st_outputs' },
    );
  const vocabulary = p.vocabulary as unknown as Parameters;

  /** Hidden states at one time step of one window, `[s c]`. */
  function hiddenAt(codes: Int32Array, states: tf.Tensor, step: number): tf.Tensor {
    return tf.tidy(() => {
      const grids = tf.tensor(codes.subarray(0, timeSteps * places), [1, timeSteps, places], 'int32');
      const all = hidden({ p: parameters, codes: grids, states });
      return tf.reshape(tf.slice(all, [0, step, 0, 0], [1, 1, -1, -1]), [places, config.dim]);
    });
  }

  /** Predictions of the future grids of one window. `codes` are the true ones, `[t+1 s]`. */
  function predictWindow(
    codes: Int32Array,
    states: tf.Tensor,
    { mode, k }: TokenPredictionOptions,
  ): GridPrediction[] {
    let outputs = outputsFor.get(k);
    if (outputs === undefined) outputsFor.set(k, (outputs = compileOutputs(k)));
    const seen = codes.slice();
    const predictions: GridPrediction[] = [];
    for (let grid = contextGrids; grid <= timeSteps; grid++) {
      const truth = codes.slice(grid * places, (grid + 1) * places);
      const at = hiddenAt(seen, states, grid - 1);
      const targets = tf.tensor(truth, [places], 'int32');
      const result = outputs({ p: vocabulary, hidden: at, targets });
      const prediction = readOutputs(grid, result);
      tf.dispose([at, targets, ...Object.values(result)]);
      predictions.push(prediction);
      if (mode === 'autoregressive') seen.set(prediction.codes, grid * places);
    }
    return predictions;
  }

  function predict(windows: readonly Window[], options: TokenPredictionOptions): Promise<GridPrediction[][]> {
    return Promise.resolve(
      windows.map((window) => {
        const batch = toBatch(config, statistics, [window]);
        const predictions = predictWindow(batch.codes.dataSync() as Int32Array, batch.states, options);
        tf.dispose([batch.codes, batch.states]);
        return predictions;
      }),
    );
  }

  /** Slides by whole triples, since the grids of a triple differ in kind and positions are absolute. */
  function rollOut(window: Window, count: number): Promise<TokenGrids> {
    const { tokens } = window;
    if (tokens === undefined || tokens.count < contextGrids) {
      throw new StTransformerError(
        'WINDOW',
        `a roll-out needs ${contextGrids} given grids, the window holds ${tokens?.count ?? 0}`,
      );
    }
    const all = new Int32Array((contextGrids + count) * places);
    all.set(tokens.data.subarray(0, contextGrids * places));
    for (let made = contextGrids; made < contextGrids + count; made++) {
      const firstTriple = Math.max(0, Math.ceil((made - timeSteps) / GRIDS_PER_TRIPLE));
      const first = firstTriple * GRIDS_PER_TRIPLE;
      const seen = new Int32Array(timeSteps * places);
      seen.set(all.subarray(first * places, made * places));
      const next = tf.tidy(() => {
        const states = statesFrom(window, firstTriple);
        const at = hiddenAt(seen, states, made - first - 1);
        return greedy({ p: vocabulary, hidden: at });
      });
      all.set(next.dataSync() as Int32Array, made * places);
      next.dispose();
    }
    const data = all.subarray(contextGrids * places);
    return Promise.resolve({ data, count, height: config.gridHeight, width: config.gridWidth });
  }

  /** Normalised states of the grids from a triple on; beyond the last given frame the last state is repeated. */
  function statesFrom(window: Window, triple: number): tf.Tensor {
    const needed = Math.ceil((timeSteps + 1) / GRIDS_PER_TRIPLE) * FRAMES_PER_TRIPLE;
    const { stateChannels } = config;
    const start = triple * FRAMES_PER_TRIPLE;
    const available = window.states.length / stateChannels;
    const states = new Float32Array(needed * stateChannels);
    for (let i = 0; i < needed; i++) {
      const from = Math.min(start + i, available - 1) * stateChannels;
      states.set(window.states.subarray(from, from + stateChannels), i * stateChannels);
    }
    return gridStates(config, statistics, [states], timeSteps + 1);
  }

  return {
    predict,
    rollOut,
    dispose: () => {
      for (const compiled of [hidden, greedy, ...outputsFor.values()]) compiled.dispose();
    },
  };
}

function readOutputs(grid: number, outputs: GridOutputs): GridPrediction {
  return {
    grid,
    codes: outputs.codes.dataSync() as Int32Array,
    targetLogProbabilities: outputs.target.dataSync() as Float32Array,
    topCodes: outputs.topCodes.dataSync() as Int32Array,
    topLogProbabilities: outputs.topLogProbabilities.dataSync() as Float32Array,
  };
}
