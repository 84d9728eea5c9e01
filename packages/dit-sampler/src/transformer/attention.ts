import { attention, rmsNorm, tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';
import type { RotaryTables } from './rotary.ts';
import { rotate } from './rotary.ts';
import type { Linear } from './timesteps.ts';

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
  const q = rotate(splitHeads(rmsNorm(linear(x, p.to_q), p.norm_q.weight, eps), heads), rotary);
  const k = rotate(splitHeads(rmsNorm(linear(x, p.to_k), p.norm_k.weight, eps), heads), rotary);
  const v = splitHeads(linear(x, p.to_v), heads);
  return linear(joinHeads(attend(q, k, v)), p.to_out[0]);
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
  const texts = text.shape[0];
  const grouped = tf.reshape(x, [texts, (b / texts) * n, c]);
  const q = splitHeads(rmsNorm(linear(grouped, p.to_q), p.norm_q.weight, eps), heads);
  const k = splitHeads(rmsNorm(linear(text, p.to_k), p.norm_k.weight, eps), heads);
  const v = splitHeads(linear(text, p.to_v), heads);
  return tf.reshape(linear(joinHeads(attend(q, k, v)), p.to_out[0]), [b, n, c]);
}

/** `[b n h d]` each → `[b h n d]` */
function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const perHead = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3]);
  return attention(perHead(q), perHead(k), perHead(v));
}

/** `[b n c]` → `[b n h d]` */
function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [b, n, c] = x.shape as [number, number, number];
  return tf.reshape(x, [b, n, heads, c / heads]);
}

/** `[b h n d]` → `[b n c]` */
function joinHeads(x: tf.Tensor): tf.Tensor {
  const [b, h, n, d] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [b, n, h * d]);
}
