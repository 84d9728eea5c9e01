import type { tf } from '@borealis/tensor';
import { linear, lowRankLinear } from '@borealis/tensor';

/** A linear layer as a leaf of a model's parameters, with its adapter where it has one. */
export type LinearLayer = {
  /** `[out in]` */
  readonly weight: tf.Tensor;
  readonly bias?: tf.Tensor;
  /** `[r in]` */
  readonly lora_A?: { readonly weight: tf.Tensor };
  /** `[out r]` */
  readonly lora_B?: { readonly weight: tf.Tensor };
  /** Scalar, alpha / r. */
  readonly lora_scaling?: tf.Tensor;
};

/**
 * `y = W x + b + (alpha / r) B A x` (Hu et al. 2021), without an adapter `W x + b`.
 *
 * @param x `[… in]`
 * @param drop what training does to the adapter's input
 * @returns `[… out]`
 */
export function loraLinear(x: tf.Tensor, layer: LinearLayer, drop?: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const { weight, bias, lora_A: down, lora_B: up, lora_scaling: scale } = layer;
  if (down === undefined || up === undefined || scale === undefined) return linear(x, weight, bias);
  return lowRankLinear(x, { weight, bias, down: down.weight, up: up.weight, scale }, drop?.(x));
}
