import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';

/** Per recording, what the next recomputation waits for beside its own incoming gradient. */
const due = new WeakMap<object, number[]>();

/**
 * The same tensors, which TensorFlow gives out only once `until` is computed, and whatever `awaitedNext` named since the
 * last time. Otherwise its executor, which runs whatever is ready, would recompute all layers at once, and its optimiser
 * would find that it had all of that already. Outside of a recording the order is JavaScript's: the tensors themselves.
 */
export function holdBack(tensors: readonly tf.Tensor[], until: readonly tf.Tensor[]): tf.Tensor[] {
  const interception = activeInterception();
  const recorder = interception?.recorder();
  if (interception === undefined || recorder === undefined) return [...tensors];
  const { backend } = interception;
  const awaited = [...backend.getInputTensorIds(until), ...(due.get(recorder) ?? [])];
  due.delete(recorder);
  const gate = recorder.after(awaited[0] ?? 0, awaited);
  return tensors.map((tensor) => {
    const hold = tf.customGrad((x) => {
      const [id] = backend.getInputTensorIds([x as tf.Tensor]) as [number];
      const held = backend.createOutputTensor(recorder.after(id, [gate.id]));
      return { value: held, gradFunc: (dy: tf.Tensor) => dy };
    });
    return hold(tensor);
  });
}

/** The next recomputation of this recording begins when `gradient` is there: what it was computed from is free by then. */
export function awaitedNext(gradient: tf.Tensor): tf.Tensor {
  const interception = activeInterception();
  const recorder = interception?.recorder();
  if (interception !== undefined && recorder !== undefined) {
    const ids = interception.backend.getInputTensorIds([gradient]);
    due.set(recorder, [...(due.get(recorder) ?? []), ...ids]);
  }
  return gradient;
}
