import * as tf from '@tensorflow/tfjs-core';
import { layerNorm } from './layer-norm.ts';

export interface Modulation {
  /** `[… c]`, or with fewer axes, broadcast */
  readonly shift: tf.Tensor;
  readonly scale: tf.Tensor;
  readonly gate: tf.Tensor;
}

/**
 * Adaptive layer normalisation with a gate (AdaLN, Peebles and Xie 2022) around the identity:
 * `x + gate · (norm(x) · (1 + scale) + shift)`, the norm without weights.
 */
export function modulate(x: tf.Tensor, { shift, scale, gate }: Modulation, eps: number): tf.Tensor {
  const normal = layerNorm(x, undefined, eps);
  return tf.add(x, tf.mul(gate, tf.add(tf.mul(normal, tf.add(1, scale)), shift)));
}
