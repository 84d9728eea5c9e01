import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import type { BindingConstants, OpAttribute } from './binding.ts';
import { isExtended } from './binding.ts';
import type { NodeBackend } from './load-binding.ts';

/** An attribute's value; which kind it is, its constructor says. Types that inputs tell need not be given. */
export type FusedAttribute = (constants: BindingConstants) => Omit<OpAttribute, 'name'>;

export const float =
  (value: number): FusedAttribute =>
  (c) => ({ type: c.TF_ATTR_FLOAT, value });
export const int =
  (value: number): FusedAttribute =>
  (c) => ({ type: c.TF_ATTR_INT, value });
export const ints =
  (value: readonly number[]): FusedAttribute =>
  (c) => ({ type: c.TF_ATTR_INT, value });
export const bool =
  (value: boolean): FusedAttribute =>
  (c) => ({ type: c.TF_ATTR_BOOL, value });
export const text =
  (value: string): FusedAttribute =>
  (c) => ({ type: c.TF_ATTR_STRING, value });
export const float32: FusedAttribute = (c) => ({ type: c.TF_ATTR_TYPE, value: c.TF_FLOAT });

/** Calls one of the operations in `native/operations`. */
export type RunFused = (
  op: string,
  inputs: readonly Tensor[],
  attributes: Readonly<Record<string, FusedAttribute>>,
  outputCount: number,
) => Tensor[];

/**
 * Our own operations where they can run: TensorFlow's CPU device with the extension. Elsewhere (a GPU, XLA, WASM,
 * tfjs-node's own addon) functions are composed of tfjs's.
 */
export function fusedOps(): RunFused | undefined {
  if (tf.getBackend() !== 'tensorflow') return undefined;
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  if (!isExtended(binding) || binding.isUsingGpuDevice()) return undefined;
  if (activeInterception()?.recorder()?.xla === true) return undefined;
  return (op, inputs, attributes, outputCount) => {
    const named = Object.entries(attributes).map(([name, make]) => ({ name, ...make(binding) }));
    return binding
      .executeOp(op, named, backend.getInputTensorIds(inputs), outputCount)
      .map((metadata) => backend.createOutputTensor(metadata));
  };
}
