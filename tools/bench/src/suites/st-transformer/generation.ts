import type { StTransformerConfig } from '@borealis/st-transformer';
import { createPredictor, presets } from '@borealis/st-transformer';
import { tf, toBfloat16 } from '@borealis/tensor';
import type { NamedTensors, TokenPredictor } from '@borealis/training';
import { mapNamed, nestParameters } from '@borealis/training';
import type { Program } from '../../programs/program.ts';
import { codeData } from '../code-data.ts';
import { inputNamed } from '../input-named.ts';
import { inputsBut } from '../inputs-but.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow, BuildOptions } from '../suite.ts';
import { classesOf } from './classes-of.ts';
import { modelData } from './model-data.ts';

const FRAMES = 34; // two triples of grids

/** Three grids from three given ones at the published size, likeliest codes, keys and values of earlier grids kept. */
export function generationRow(config: StTransformerConfig = presets['revontuli-136m']): BenchRow {
  const { contextGrids, timeSteps, gridHeight, gridWidth, heads, layers, stateChannels } = config;
  const places = gridHeight * gridWidth;
  const future = timeSteps + 1 - contextGrids;
  return {
    name: 'generation',
    what:
      `${future} grids of ${places} tokens from ${contextGrids}, one grid after the other, likeliest codes; ` +
      `${future * places} tokens in an iteration`,
    precisions: ['f32', 'bf16'],
    settings: { heads, layers, contextGrids },
    inputs: (random) =>
      new Map([
        ['codes', codeData(random, [1, contextGrids, places], classesOf(config))],
        ['frame_states', normalData(random, [FRAMES, stateChannels])],
        ...modelData(random, config),
      ]),
    peerVariants: [{ name: 'products over time by elements', variant: { elementwiseTime: true } }],
    heavy: true,
    comparedRuns: 1,
    tolerance: { f32: 1e-5, bf16: 2e-2 },
    build: (inputs, options) => generationProgram(config, inputs, options),
  };
}

/** Its output: the log-probability of each code that was chosen. */
function generationProgram(
  config: StTransformerConfig,
  inputs: ReadonlyMap<string, tf.Tensor>,
  { precision }: BuildOptions,
): Program {
  const { contextGrids, gridHeight: height, gridWidth: width, stateChannels } = config;
  const count = config.timeSteps + 1 - contextGrids;
  const parameters = nestParameters(asHeld(inputsBut(inputs, ['codes', 'frame_states']), precision));
  const statistics = {
    state_mean: new Float32Array(stateChannels),
    state_deviation: new Float32Array(stateChannels).fill(1),
  };
  const predictor = createPredictor(config, parameters, statistics, { precision });
  const given = inputNamed(inputs, 'codes').dataSync() as Int32Array;
  const states = inputNamed(inputs, 'frame_states').dataSync() as Float32Array;
  const tokens = { data: given, count: contextGrids, height, width };
  const window: Parameters<TokenPredictor['rollOut']>[0] = {
    shard: 0,
    segment: 0,
    start: 0,
    frameCount: FRAMES,
    states,
    tokens,
  };
  let made: Int32Array = new Int32Array(count * height * width);
  return {
    run: async () => {
      made = (await predictor.rollOut(window, count)).data;
    },
    outputs: async () => {
      const whole = { ...tokens, data: Int32Array.of(...given, ...made), count: contextGrids + count };
      const [grids = []] = await predictor.predict([{ ...window, tokens: whole }], {
        mode: 'teacher-forced',
        k: 1,
      });
      const chosen = grids.flatMap(({ targetLogProbabilities }) => [...(targetLogProbabilities ?? [])]);
      return { chosen: tf.tensor2d(chosen, [count, height * width]) };
    },
  };
}

/** Matrices in the type they are multiplied in. */
function asHeld(parameters: NamedTensors, precision: BuildOptions['precision']): NamedTensors {
  if (precision === 'f32') return parameters;
  return mapNamed(parameters, (tensor) => {
    if (tensor.rank < 2) return tensor;
    const narrow = toBfloat16(tensor);
    tensor.dispose();
    return narrow;
  });
}
