import { compile, tf } from '@borealis/tensor';
import type { AdamWConfig, Moments, NamedTensors, Parameters } from '@borealis/training';
import {
  ADAMW_DEFAULTS,
  adamwScalars,
  adamwStep,
  disposeNamed,
  valueAndGradients,
  zeroMoments,
} from '@borealis/training';
import type { BuildOptions } from '../suites/suite.ts';
import type { Program } from './program.ts';

export interface TrainingProgramOptions extends BuildOptions {
  readonly loss: (parameters: Parameters, x: tf.Tensor) => tf.Tensor;
  readonly parameters: NamedTensors;
  readonly x: tf.Tensor;
  readonly rate: number;
  readonly weightDecay: number;
}

type StepInputs = {
  readonly parameters: NamedTensors;
  readonly first: NamedTensors;
  readonly second: NamedTensors;
  readonly x: tf.Tensor;
  readonly rate: tf.Tensor;
  readonly correction1: tf.Tensor;
  readonly rootCorrection2: tf.Tensor;
};

/** Loss, gradients and AdamW as one compiled step; the loss is read at each, as a training loop does. */
export function trainingProgram(options: TrainingProgramOptions): Program {
  const adamw: AdamWConfig = { ...ADAMW_DEFAULTS, weightDecay: options.weightDecay };
  const step = compile((inputs: StepInputs) => trainingStep(options.loss, adamw, inputs), {
    name: 'train_step',
    precision: options.precision,
  });
  let state: { parameters: NamedTensors; moments: Moments } = {
    parameters: options.parameters,
    moments: zeroMoments(options.parameters),
  };
  const losses: number[] = [];
  return {
    run: () => {
      const { parameters, moments } = state;
      const scalars = { ...adamwScalars(adamw, losses.length + 1, options.rate) };
      const next = step({ parameters, ...moments, x: options.x, ...scalars });
      for (const spent of [parameters, moments.first, moments.second, scalars]) disposeNamed(spent);
      state = { parameters: next.parameters, moments: { first: next.first, second: next.second } };
      losses.push(next.loss.dataSync()[0] ?? NaN);
      next.loss.dispose();
    },
    outputs: () => ({
      losses: tf.tensor1d(losses),
      ...prefixed('parameter', state.parameters),
      ...prefixed('moment', state.moments.first),
    }),
  };
}

function trainingStep(
  lossOf: TrainingProgramOptions['loss'],
  adamw: AdamWConfig,
  { parameters, first, second, x, ...scalars }: StepInputs,
) {
  const { loss, gradients } = valueAndGradients(
    (parameters, x: tf.Tensor) => ({ loss: lossOf(parameters, x), logs: {} }),
    { trainable: parameters, frozen: {}, batch: x },
  );
  const next = adamwStep(adamw, { parameters, moments: { first, second } }, gradients, scalars);
  return { loss, parameters: next.parameters, first: next.moments.first, second: next.moments.second };
}

function prefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));
}
