import * as tf from '@tensorflow/tfjs-core';
import { bool, float, fusedOps } from '../native/fused-ops.ts';

export type AdamWState = {
  readonly parameter: tf.Tensor;
  /** Moments, shaped like the parameter. */
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
};

/** What changes from step to step, as scalars. */
export interface AdamWUpdateScalars {
  /** `rate / (1 − β₁ᵗ)` */
  readonly stepSize: tf.Tensor;
  /** `1 − rate · weightDecay` */
  readonly kept: tf.Tensor;
  /** `√(1 − β₂ᵗ)` */
  readonly rootCorrection2: tf.Tensor;
  /** What gradients are multiplied with first: clipping. */
  readonly gradientScale: tf.Tensor;
}

export interface AdamWConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/**
 * One tensor's step of AdamW (Loshchilov and Hutter 2019) as torch.optim.AdamW takes it: decay first, then
 * `p −= stepSize · m / (√v / rootCorrection2 + eps)`. One pass over memory; in a compiled function to which parameter
 * and moments were donated, in place.
 */
export function adamwUpdate(
  state: AdamWState,
  gradient: tf.Tensor,
  scalars: AdamWUpdateScalars,
  { beta1, beta2, eps }: AdamWConstants,
): AdamWState {
  const { stepSize, kept, rootCorrection2, gradientScale } = scalars;
  const run = fusedOps();
  if (run !== undefined) {
    const inputs = [state.parameter, state.first, state.second, gradient];
    const [parameter, first, second] = run(
      'BorealisAdamW',
      [...inputs, stepSize, kept, rootCorrection2, gradientScale],
      { beta1: float(beta1), beta2: float(beta2), eps: float(eps), in_place: bool(false) },
      3,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { parameter, first, second };
  }
  const slope = tf.mul(gradient, gradientScale);
  const first = tf.add(tf.mul(state.first, beta1), tf.mul(slope, 1 - beta1));
  const second = tf.add(tf.mul(state.second, beta2), tf.mul(tf.square(slope), 1 - beta2));
  const deviation = tf.add(tf.div(tf.sqrt(second), rootCorrection2), eps);
  const parameter = tf.sub(tf.mul(state.parameter, kept), tf.mul(stepSize, tf.div(first, deviation)));
  return { parameter, first, second };
}
