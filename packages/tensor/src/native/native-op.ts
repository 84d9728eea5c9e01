import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { BindingConstants, OpAttribute } from './binding.ts';
import type { NodeBackend } from './load-binding.ts';

/** Calls an operation of TensorFlow that tfjs has no kernel for. */
export interface NativeOps {
  readonly constants: BindingConstants;
  run(op: string, attributes: OpAttribute[], inputs: readonly Tensor[], outputCount: number): Tensor[];
}

/** TensorFlow's own operations where it is the running backend, else undefined: then compose tfjs's. */
export function nativeOps(): NativeOps | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const backend = tf.backend() as unknown as NodeBackend;
  return {
    constants: backend.binding,
    run: (op, attributes, inputs, outputCount) =>
      backend.binding
        .executeOp(op, attributes, backend.getInputTensorIds(inputs), outputCount)
        .map((metadata) => backend.createOutputTensor(metadata)),
  };
}

export function typeAttribute(constants: BindingConstants, name: string, type: number): OpAttribute {
  return { name, type: constants.TF_ATTR_TYPE, value: type };
}
