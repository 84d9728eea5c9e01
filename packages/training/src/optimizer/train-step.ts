import type { Cluster, Compiled, Recording, TensorTree } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
import { disposeNamed, mapNamed } from '../parameters/parameters.ts';
import type { LossAndLogs, ValueAndGradients } from '../parameters/value-and-gradients.ts';
import { valueAndGradients } from '../parameters/value-and-gradients.ts';
import type { AdamWConfig, AdamWScalars, Moments } from './adamw.ts';
import { adamwScalars, adamwStep, zeroMoments } from './adamw.ts';
import { clippingFactor } from './clip-gradients.ts';
import { createGradientSums } from './gradient-sums.ts';
import { readScalars } from './read-scalars.ts';

/** What training changes; the owner of these tensors is whoever holds the state. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  readonly trainable: NamedTensors;
  readonly frozen: NamedTensors;
  readonly moments: Moments;
}

export interface StepLogs {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly rate: number;
  readonly [name: string]: number;
}

export interface TrainStepOptions<Batch extends TensorTree> {
  readonly loss: (parameters: Parameters, batch: Batch) => LossAndLogs;
  readonly adamw: AdamWConfig;
  /** The norm to which gradients are clipped. */
  readonly maxGradientNorm: number;
  readonly precision?: 'f32' | 'bf16';
  /** Whose tasks each take a part of the batch: loss, logs and gradients are the means over all of them. */
  readonly cluster?: Cluster;
}

export interface TrainStep<Batch extends TensorTree> {
  /**
   * Takes one step and disposes the state it was given (not the frozen parameters, not the batch). Where a batch is too
   * large to compute with at once, `earlier` are its other parts, equally large, whose gradients are added up first.
   */
  (
    state: OptimizerState,
    batch: Batch,
    rate: number,
    earlier?: readonly Batch[],
  ): { readonly state: OptimizerState; readonly logs: StepLogs };
  /** Records for arguments of these shapes without taking a step; undefined where functions run op by op. */
  prepare(state: OptimizerState, batch: Batch, rate: number): Recording | undefined;
  dispose(): void;
}

/** Updated in place. */
type DonatedInputs = {
  readonly trainable: NamedTensors;
  readonly first: NamedTensors;
  readonly second: NamedTensors;
  /** Of the earlier parts of the batch, where there are any. */
  readonly sums?: NamedTensors;
};

type StepInputs<Batch extends TensorTree> = {
  readonly frozen: NamedTensors;
  readonly batch: Batch;
  readonly rate: tf.Tensor;
  readonly correction1: tf.Tensor;
  readonly rootCorrection2: tf.Tensor;
  /** One part of the batch in how many, where there are more. */
  readonly share?: tf.Tensor;
};

/** A state before the first step. */
export function initialState(trainable: NamedTensors, frozen: NamedTensors): OptimizerState {
  if (Object.keys(trainable).length === 0) {
    throw new TrainingError(
      'NOTHING_TRAINS',
      'no parameter is trainable: does the pattern of trainable layers match any name?',
    );
  }
  return { step: 0, trainable, frozen, moments: zeroMoments(trainable) };
}

/** Loss, gradients, clipping and AdamW as one compiled function; with parts of a batch, one more for those before the last. */
export function createTrainStep<Batch extends TensorTree>(
  options: TrainStepOptions<Batch>,
): TrainStep<Batch> {
  const step = compile(
    (donated: DonatedInputs, inputs: StepInputs<Batch>) => wholeStep(options, donated, inputs),
    { name: 'train_step', precision: options.precision ?? 'f32', donate: [0] },
  ) as Compiled<[DonatedInputs, StepInputs<Batch>], StepOutputs>;
  const gradients = createGradientSums(options);

  const inputsOf = (
    { trainable, frozen, moments }: OptimizerState,
    batch: Batch,
    scalars: AdamWScalars,
  ): [DonatedInputs, StepInputs<Batch>] => [
    { trainable, ...moments },
    { frozen, batch, ...scalars },
  ];

  const run = (state: OptimizerState, batch: Batch, rate: number, earlier: readonly Batch[] = []) => {
    const before = earlier.length === 0 ? undefined : gradients.add(state, earlier);
    const share = before && { share: tf.scalar(1 / (earlier.length + 1)) };
    const scalars = { ...adamwScalars(options.adamw, state.step + 1, rate), ...share };
    const [donated, inputs] = inputsOf(state, batch, scalars);
    const result = step(before === undefined ? donated : { ...donated, sums: before.sums }, inputs);
    disposeNamed({ ...scalars });
    const logs = { ...meanOf([...(before?.logs ?? []), readScalars(result.logs)]), rate } as StepLogs;
    const next = { step: state.step + 1, trainable: result.trainable, frozen: state.frozen };
    return { state: { ...next, moments: { first: result.first, second: result.second } }, logs };
  };
  return Object.assign(run, {
    prepare: (state: OptimizerState, batch: Batch, rate: number) => {
      const scalars = adamwScalars(options.adamw, state.step + 1, rate);
      const recording = step.prepare(...inputsOf(state, batch, scalars));
      disposeNamed({ ...scalars });
      return recording;
    },
    dispose: () => {
      step.dispose();
      gradients.dispose();
    },
  });
}

type StepOutputs = {
  readonly trainable: NamedTensors;
  readonly first: NamedTensors;
  readonly second: NamedTensors;
  readonly logs: NamedTensors;
};

function wholeStep<Batch extends TensorTree>(
  options: TrainStepOptions<Batch>,
  { trainable, first, second, sums }: DonatedInputs,
  inputs: StepInputs<Batch>,
): StepOutputs {
  const last = valueAndGradients(options.loss, { trainable, ...inputs });
  const whole = { ...last, gradients: meanGradients(last.gradients, sums, inputs.share) };
  const { loss, logs, gradients } = average(options.cluster, whole);
  const { factor, norm } = clippingFactor(gradients, options.maxGradientNorm);
  const state = { parameters: trainable, moments: { first, second } };
  const next = adamwStep(options.adamw, state, gradients, inputs, factor);
  return {
    trainable: next.parameters,
    ...next.moments,
    logs: { loss, gradientNorm: norm, ...logs },
  };
}

/** Those of the last part with the sums of the earlier ones. */
function meanGradients(last: NamedTensors, sums?: NamedTensors, share?: tf.Tensor): NamedTensors {
  if (sums === undefined || share === undefined) return last;
  return mapNamed(last, (gradient, name) => tf.mul(tf.add(gradient, sums[name] as tf.Tensor), share));
}

/** Parts are equally large, so the mean over parts is that over the batch. */
function average(cluster: Cluster | undefined, own: ValueAndGradients): ValueAndGradients {
  if (cluster === undefined) return own;
  return cluster.allReduce({ ...own }, 'mean');
}

/** Of the gradient's norm, only the last is that of a whole step. */
function meanOf(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const last = parts.at(-1) ?? {};
  const mean = (name: string) => parts.reduce((sum, part) => sum + (part[name] ?? NaN), 0) / parts.length;
  return Object.fromEntries(
    Object.entries(last).map(([name, value]) => [name, name === 'gradientNorm' ? value : mean(name)]),
  );
}
