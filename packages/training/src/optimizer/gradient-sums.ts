import type { Compiled, TensorTree } from '@borealis/tensor';
import { compile, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
import { mapNamed } from '../parameters/parameters.ts';
import type { LossAndLogs } from '../parameters/value-and-gradients.ts';
import { valueAndGradients } from '../parameters/value-and-gradients.ts';
import { readScalars } from './read-scalars.ts';

type Sums = { readonly sums: NamedTensors };
type PartInputs<Batch extends TensorTree> = {
  readonly trainable: NamedTensors;
  readonly frozen: NamedTensors;
  readonly batch: Batch;
};
type PartOutputs = { readonly sums: NamedTensors; readonly logs: NamedTensors };

export interface GradientSums<Batch extends TensorTree> {
  /** Gradients of the parts, added up, which the caller disposes, and what each part logs. */
  add(
    state: { readonly trainable: NamedTensors; readonly frozen: NamedTensors },
    parts: readonly Batch[],
  ): Sums & { readonly logs: readonly Readonly<Record<string, number>>[] };
  dispose(): void;
}

/** Gradients of a batch in parts: one compiled function that adds to the sums in place. */
export function createGradientSums<Batch extends TensorTree>(options: {
  readonly loss: (parameters: Parameters, batch: Batch) => LossAndLogs;
  readonly precision?: 'f32' | 'bf16';
}): GradientSums<Batch> {
  const part = compile(
    ({ sums }: Sums, inputs: PartInputs<Batch>): PartOutputs => {
      const { loss, logs, gradients } = valueAndGradients(options.loss, inputs);
      return {
        sums: mapNamed(sums, (sum, name) => tf.add(sum, gradients[name] as tf.Tensor)),
        logs: { loss, ...logs },
      };
    },
    { name: 'gradient_part', precision: options.precision ?? 'f32', donate: [0] },
  ) as Compiled<[Sums, PartInputs<Batch>], PartOutputs>;

  return {
    add: ({ trainable, frozen }, parts) => {
      let sums = mapNamed(trainable, (tensor) => tf.zeros(tensor.shape));
      const logs = parts.map((batch) => {
        const result = part({ sums }, { trainable, frozen, batch });
        sums = { ...result.sums };
        return readScalars(result.logs);
      });
      return { sums, logs };
    },
    dispose: () => {
      part.dispose();
    },
  };
}
