import type { RotaryTables } from '@borealis/tensor';
import { multiHeadAttention, rmsNorm, rotary as turned, tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';
import type { Linear } from './linear.ts';

export type AttentionParameters = {
  readonly to_q: LinearLayer;
  readonly to_k: LinearLayer;
  readonly to_v: LinearLayer;
  readonly to_out: { readonly 0: LinearLayer };
  /** Gains `[c]` of the RMS norms over all heads together. */
  readonly norm_q: { readonly weight: tf.Tensor };
  readonly norm_k: { readonly weight: tf.Tensor };
};

export interface AttentionSetting {
  readonly heads: number;
  readonly eps: number;
  readonly linear: Linear;
}

/** Every token sees every other; places enter by turning queries and keys. `[b n c]` → `[b n c]` */
export function selfAttention(
  x: tf.Tensor,
  p: AttentionParameters,
  { heads, eps, linear, rotary }: AttentionSetting & { readonly rotary: RotaryTables },
): tf.Tensor {
  const q = turned(rmsNorm(linear(x, p.to_q), p.norm_q.weight, eps), rotary);
  const k = turned(rmsNorm(linear(x, p.to_k), p.norm_k.weight, eps), rotary);
  const v = linear(x, p.to_v);
  return linear(multiHeadAttention(q, k, v, { heads }), p.to_out[0]);
}

/**
 * Every token sees the whole text, which is not masked. One text may serve several samples, which then stand one after
 * the other in the batch.
 *
 * @param x `[b n c]`
 * @param text `[b/m l c]`
 */
export function crossAttention(
  x: tf.Tensor,
  text: tf.Tensor,
  p: AttentionParameters,
  { heads, eps, linear }: AttentionSetting,
): tf.Tensor {
  const [b, n, c] = x.shape as [number, number, number];
  const [texts] = text.shape as [number];
  const readers = tf.reshape(x, [texts, (b / texts) * n, c]); // tokens of samples that share a text
  const q = rmsNorm(linear(readers, p.to_q), p.norm_q.weight, eps);
  const k = rmsNorm(linear(text, p.to_k), p.norm_k.weight, eps);
  const v = linear(text, p.to_v);
  return tf.reshape(linear(multiHeadAttention(q, k, v, { heads }), p.to_out[0]), [b, n, c]);
}
