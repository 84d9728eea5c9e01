import { adamwUpdate, tf } from '@borealis/tensor';
import type { NamedTensors } from '../parameters/parameters.ts';
import { mapNamed } from '../parameters/parameters.ts';

export interface AdamWConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Applied to tensors of two or more dimensions only: gains, biases and scalars aren't decayed. */
  readonly weightDecay: number;
}

export const ADAMW_DEFAULTS: AdamWConfig = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01 };

/** First and second moments, by parameter name. */
export interface Moments {
  readonly first: NamedTensors;
  readonly second: NamedTensors;
}

/** What changes from step to step, as scalars, so that a compiled step need not be recorded anew. */
export interface AdamWScalars {
  readonly rate: tf.Tensor;
  /** `1 − β₁ᵗ` */
  readonly correction1: tf.Tensor;
  /** `√(1 − β₂ᵗ)` */
  readonly rootCorrection2: tf.Tensor;
}

export function zeroMoments(parameters: NamedTensors): Moments {
  const zeros = () => mapNamed(parameters, (tensor) => tf.zeros(tensor.shape));
  return { first: zeros(), second: zeros() };
}

/** @param step counted from 1 */
export function adamwScalars(config: AdamWConfig, step: number, rate: number): AdamWScalars {
  return {
    rate: tf.scalar(rate),
    correction1: tf.scalar(1 - config.beta1 ** step),
    rootCorrection2: tf.scalar(Math.sqrt(1 - config.beta2 ** step)),
  };
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019) for all parameters, as torch.optim.AdamW takes it.
 *
 * @param gradientScale what gradients are multiplied with first: clipping
 */
export function adamwStep(
  config: AdamWConfig,
  state: { readonly parameters: NamedTensors; readonly moments: Moments },
  gradients: NamedTensors,
  scalars: AdamWScalars,
  gradientScale: tf.Tensor = tf.scalar(1),
): { readonly parameters: NamedTensors; readonly moments: Moments } {
  const stepSize = tf.div(scalars.rate, scalars.correction1);
  const decayed = tf.sub(1, tf.mul(scalars.rate, config.weightDecay));
  const untouched = tf.scalar(1);
  const parameters: Record<string, tf.Tensor> = {};
  const first: Record<string, tf.Tensor> = {};
  const second: Record<string, tf.Tensor> = {};
  for (const [name, parameter] of Object.entries(state.parameters)) {
    const updated = adamwUpdate(
      {
        parameter,
        first: state.moments.first[name] as tf.Tensor,
        second: state.moments.second[name] as tf.Tensor,
      },
      gradients[name] as tf.Tensor,
      {
        stepSize,
        kept: parameter.rank >= 2 && config.weightDecay !== 0 ? decayed : untouched,
        rootCorrection2: scalars.rootCorrection2,
        gradientScale,
      },
      config,
    );
    parameters[name] = updated.parameter;
    first[name] = updated.first;
    second[name] = updated.second;
  }
  return { parameters, moments: { first, second } };
}
