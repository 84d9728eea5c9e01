import * as tf from '@tensorflow/tfjs-core';

/** Sees each tensor that an operation takes, and says which it takes instead. */
export type InputFilter = (tensor: tf.Tensor) => tf.Tensor;

/** A call of an operation inside tfjs's engine; inputs are mutable, and made anew for each call. */
interface KernelCall {
  readonly inputs: Record<string, tf.Tensor | null | undefined>;
}

interface KernelEngine {
  runKernelFunc(call: KernelCall): unknown;
}

/** TensorFlow's backend, whose operations can also be called past the engine, with tensors that it doesn't see. */
interface NativeBackend {
  getInputTensorIds?: (tensors: readonly tf.TensorInfo[]) => number[];
}

const filters: InputFilter[] = []; // outermost first
let installed = false;

/** Runs `fn`; what operations take meanwhile passes through `filter`, after those further out. */
export function withInputFilter<T>(filter: InputFilter, fn: () => T): T {
  install();
  filters.push(filter);
  try {
    return fn();
  } finally {
    filters.pop();
  }
}

function install(): void {
  if (installed) return;
  installed = true;
  const engine = tf.engine() as unknown as KernelEngine;
  const runKernelFunc = engine.runKernelFunc.bind(engine);
  engine.runKernelFunc = (call) => {
    if (filters.length > 0) applyFilters(call);
    return runKernelFunc(call);
  };
  const backend = tf.backend() as NativeBackend;
  const getInputTensorIds = backend.getInputTensorIds?.bind(backend);
  if (getInputTensorIds === undefined) return;
  backend.getInputTensorIds = (tensors) =>
    getInputTensorIds(filters.length === 0 ? tensors : tensors.map((tensor) => filtered(tensor)));
}

function applyFilters({ inputs }: KernelCall): void {
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor instanceof tf.Tensor) inputs[name] = filtered(tensor);
  }
}

function filtered<T extends tf.TensorInfo>(tensor: T): T | tf.Tensor {
  if (!(tensor instanceof tf.Tensor)) return tensor;
  return filters.reduce<tf.Tensor>((taken, filter) => filter(taken), tensor);
}
