import type { TensorTree } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { LossAndLogs, NamedTensors, OptimizerState, Parameters } from '@borealis/training';
import { ADAMW_DEFAULTS, createTrainStep, initialState } from '@borealis/training';
import type { BuildOptions } from '../suites/suite.ts';
import type { Program } from './program.ts';
import { prefixed } from './prefixed.ts';

export interface StepProgramOptions<Batch extends TensorTree> extends BuildOptions {
  readonly loss: (parameters: Parameters, batch: Batch) => LossAndLogs;
  /** They become the program's, which updates them in place. */
  readonly parameters: NamedTensors;
  /** The same at each step. */
  readonly batch: Batch;
  readonly rate: number;
  readonly weightDecay: number;
  readonly maxGradientNorm: number;
}

/** The step that the training loop takes: loss, gradients, clipping, AdamW; the loss is read at each. */
export function stepProgram<Batch extends TensorTree>(options: StepProgramOptions<Batch>): Program {
  const { loss, precision, maxGradientNorm, batch, rate, weightDecay } = options;
  const adamw = { ...ADAMW_DEFAULTS, weightDecay };
  const step = createTrainStep<Batch>({ loss, adamw, maxGradientNorm, precision });
  let state: OptimizerState = initialState(options.parameters, {});
  const losses: number[] = [];
  return {
    run: () => {
      const { state: next, logs } = step(state, batch, rate);
      state = next;
      losses.push(logs.loss);
    },
    outputs: () => ({
      losses: tf.tensor1d(losses),
      ...prefixed('parameter', state.trainable),
      ...prefixed('moment', state.moments.first),
    }),
  };
}
