import type { TensorTree } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import type { AdamWConfig, AdamWScalars, Moments, NamedTensors, Parameters } from '@borealis/training';
import {
  ADAMW_DEFAULTS,
  adamwScalars,
  adamwStep,
  disposeNamed,
  valueAndGradients,
  zeroMoments,
} from '@borealis/training';
import type { BuildOptions } from '../suites/suite.ts';
import { prefixed } from './prefixed.ts';
import type { Program } from './program.ts';

export interface TrainingProgramOptions<Batch extends TensorTree> extends BuildOptions {
  readonly loss: (parameters: Parameters, batch: Batch) => tf.Tensor;
  /** They become the program's, which updates them in place. */
  readonly parameters: NamedTensors;
  /** The same at each step. */
  readonly batch: Batch;
  readonly rate: number;
  readonly weightDecay: number;
}

/** Donated: updated in place. */
type State = {
  readonly parameters: NamedTensors;
  readonly first: NamedTensors;
  readonly second: NamedTensors;
};

type StepOutputs = State & { readonly loss: tf.Tensor };

/** Loss, gradients and AdamW as one compiled step; the loss is read at each, as a training loop does. */
export function trainingProgram<Batch extends TensorTree>(options: TrainingProgramOptions<Batch>): Program {
  const adamw: AdamWConfig = { ...ADAMW_DEFAULTS, weightDecay: options.weightDecay };
  const step = compile(
    (state: State, batch: TensorTree, scalars: NamedTensors) =>
      trainingStep(options.loss, adamw, {
        state,
        batch: batch as Batch,
        scalars: scalars as unknown as AdamWScalars,
      }),
    { name: 'train_step', precision: options.precision, donate: [0] },
  );
  let state: State = { parameters: options.parameters, ...zeroMoments(options.parameters) };
  const losses: number[] = [];
  return {
    run: () => {
      const scalars = { ...adamwScalars(adamw, losses.length + 1, options.rate) };
      const { loss, ...next } = step(state, options.batch, scalars);
      disposeNamed(scalars);
      state = next;
      losses.push(loss.dataSync()[0] ?? NaN);
      loss.dispose();
    },
    outputs: () => ({
      losses: tf.tensor1d(losses),
      ...prefixed('parameter', state.parameters),
      ...prefixed('moment', state.first),
    }),
  };
}

function trainingStep<Batch extends TensorTree>(
  lossOf: TrainingProgramOptions<Batch>['loss'],
  adamw: AdamWConfig,
  { state, batch, scalars }: { readonly state: State; readonly batch: Batch; readonly scalars: AdamWScalars },
): StepOutputs {
  const { parameters, first, second } = state;
  const { loss, gradients } = valueAndGradients(
    (parameters, batch: Batch) => ({ loss: lossOf(parameters, batch), logs: {} }),
    { trainable: parameters, frozen: {}, batch },
  );
  const moments: Moments = { first, second };
  const next = adamwStep(adamw, { parameters, moments }, gradients, scalars);
  return { loss, parameters: next.parameters, ...next.moments };
}
