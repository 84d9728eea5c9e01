import type { TensorTree } from '@borealis/tensor';
import { flatten, tf, unflatten } from '@borealis/tensor';
import type { NamedTensors, Parameters } from './parameters.ts';
import { nestParameters } from './parameters.ts';

/** What a model's loss returns: a scalar, and scalars worth logging. */
export interface LossAndLogs {
  readonly loss: tf.Tensor;
  readonly logs: Readonly<Record<string, tf.Tensor>>;
}

export interface ValueAndGradients extends LossAndLogs {
  /** By name, with the shapes of the trainable parameters. */
  readonly gradients: NamedTensors;
}

/** The loss and its gradient with respect to `trainable`; `frozen` ones take part, but get none. */
export function valueAndGradients<Batch extends TensorTree>(
  loss: (parameters: Parameters, batch: Batch) => LossAndLogs,
  {
    trainable,
    frozen,
    batch,
  }: { readonly trainable: NamedTensors; readonly frozen: NamedTensors; readonly batch: Batch },
): ValueAndGradients {
  const { tensors, structure } = flatten(trainable);
  let logs: Readonly<Record<string, tf.Tensor>> = {};
  const forward = (): tf.Tensor => {
    const named = unflatten(structure, tensors) as NamedTensors;
    const result = loss(nestParameters({ ...named, ...frozen }), batch);
    logs = result.logs;
    for (const log of Object.values(logs)) tf.keep(log); // the gradient's own scope would dispose them
    return result.loss;
  };
  // A parameter that this configuration doesn't use gets a gradient of zeros; tf.valueAndGrads would refuse it.
  const unused = true;
  const { value, grads } = tf.engine().gradients(forward, tensors, undefined, unused);
  const names = Object.keys(trainable);
  const released = Object.fromEntries(Object.entries(logs).map(([name, log]) => [name, release(log)]));
  const gradients = Object.fromEntries(
    names.map((name, i) => [name, grads[i] ?? tf.zerosLike(trainable[name] as tf.Tensor)]),
  );
  return { loss: value, logs: released, gradients };
}

/** A kept tensor as an ordinary one of the current scope. */
function release(kept: tf.Tensor): tf.Tensor {
  const clone = tf.clone(kept);
  kept.dispose();
  return clone;
}
