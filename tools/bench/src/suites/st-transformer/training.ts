import type { StTransformerConfig } from '@borealis/st-transformer';
import { countOf, presets, stTransformer } from '@borealis/st-transformer';
import { stepProgram } from '../../programs/step-program.ts';
import { codeData } from '../code-data.ts';
import { inputNamed } from '../input-named.ts';
import { inputsBut } from '../inputs-but.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';
import { classesOf } from './classes-of.ts';
import { modelData } from './model-data.ts';

const BATCH = ['codes', 'states'];

/**
 * Low: the gradients of keys' biases are 0 but for rounding (the softmax doesn't see them), and AdamW takes steps of about
 * this size along whatever there is.
 */
const RATE = 1e-4;
const WEIGHT_DECAY = 0.05;
const MAX_GRADIENT_NORM = 1;

/** One training step of the published size on one window, as the trainer takes it: loss, gradients, clipping, AdamW. */
export function trainingRow(config: StTransformerConfig = presets['revontuli-136m']): BenchRow {
  const { timeSteps, gridHeight, gridWidth, layers, heads, stateChannels } = config;
  const grids = timeSteps + 1;
  const places = gridHeight * gridWidth;
  return {
    name: 'training',
    what:
      `a training step of ${countOf(config).toLocaleString('en')} parameters on ${timeSteps} grids of ${places} tokens: ` +
      'loss of every next grid, gradients, clipping, AdamW',
    precisions: ['f32', 'bf16'],
    settings: {
      heads,
      layers,
      rate: RATE,
      weightDecay: WEIGHT_DECAY,
      maxGradientNorm: MAX_GRADIENT_NORM,
    },
    inputs: (random) =>
      new Map([
        ['codes', codeData(random, [1, grids, places], classesOf(config))],
        ['states', normalData(random, [1, grids, 8, stateChannels])],
        ...modelData(random, config),
      ]),
    peerVariants: [{ name: 'loss in parts', variant: { lossInParts: true } }],
    heavy: true,
    comparedRuns: 2,
    tolerance: { f32: 1e-3, bf16: 1e-1 },
    build: (inputs, { precision }) =>
      stepProgram({
        loss: (parameters, batch) => stTransformer.loss(config, parameters, batch),
        precision,
        parameters: inputsBut(inputs, BATCH),
        batch: { codes: inputNamed(inputs, 'codes'), states: inputNamed(inputs, 'states') },
        rate: RATE,
        weightDecay: WEIGHT_DECAY,
        maxGradientNorm: MAX_GRADIENT_NORM,
      }),
  };
}

/** The same step with the activations of the first third of the layers computed twice: time given for memory. */
export function recomputedTrainingRow(config: StTransformerConfig = presets['revontuli-136m']): BenchRow {
  const recompute = Math.ceil(config.layers / 3);
  const row = trainingRow({ ...config, recompute });
  return {
    ...row,
    name: 'recomputed-training',
    what: `${row.what}; the first ${recompute} of ${config.layers} layers are recomputed (PyTorch: none)`,
  };
}
