import * as tf from '@tensorflow/tfjs-core';

type Tensors = Readonly<Record<string, tf.Tensor>>;
type Save = (tensors: tf.Tensor[]) => void;

/**
 * An operation with a gradient written by hand (tf.customGrad, typed).
 *
 * @param forward the value, and by name what the backward pass needs of the forward pass
 * @param gradients with respect to each input, in order, from the value's gradient; uses no tensors but its arguments
 */
export function withGradient<Inputs extends readonly tf.Tensor[], Saved extends Tensors>(
  inputs: readonly [...Inputs],
  forward: (...inputs: Inputs) => { readonly value: tf.Tensor; readonly saved: Saved },
  gradients: (dy: tf.Tensor, saved: Saved) => tf.Tensor[],
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const save = args.at(-1) as Save;
    const { value, saved } = forward(...(args.slice(0, -1) as unknown as Inputs));
    const names = Object.keys(saved);
    save(Object.values(saved));
    const gradFunc = (dy: tf.Tensor, kept: tf.Tensor[]) =>
      gradients(dy, Object.fromEntries(names.map((name, i) => [name, kept[i]])) as unknown as Saved);
    return { value, gradFunc };
  });
  return op(...inputs);
}

interface KernelFunction {
  readonly forwardFunc: (backend: unknown, save: Save) => tf.Tensor[];
  readonly backwardsFunc: (dy: tf.Tensor[], saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  readonly inputs: Record<string, tf.Tensor>;
}

/** The same with a second result, which has no gradient: `[value, beside]`. */
export function withGradientOfFirst<Inputs extends readonly tf.Tensor[], Saved extends Tensors>(
  inputs: readonly [...Inputs],
  forward: (...inputs: Inputs) => {
    readonly value: tf.Tensor;
    readonly beside: tf.Tensor;
    readonly saved: Saved;
  },
  gradients: (dy: tf.Tensor, saved: Saved) => tf.Tensor[],
): [value: tf.Tensor, beside: tf.Tensor] {
  // tf.customGrad knows functions of one result only.
  const engine = tf.engine() as unknown as { runKernelFunc(what: KernelFunction): [tf.Tensor, tf.Tensor] };
  let names: readonly string[] = [];
  return engine.runKernelFunc({
    inputs: Object.fromEntries(inputs.map((input, i) => [`${i}`, input])),
    forwardFunc: (_, save) => {
      const { value, beside, saved } = forward(...(inputs as unknown as Inputs));
      names = Object.keys(saved);
      save(Object.values(saved));
      return [value, beside];
    },
    backwardsFunc: ([dy], kept) => {
      const saved = Object.fromEntries(names.map((name, i) => [name, kept[i]])) as unknown as Saved;
      const all = gradients(dy as tf.Tensor, saved);
      return Object.fromEntries(all.map((gradient, i) => [`${i}`, () => gradient]));
    },
  });
}
