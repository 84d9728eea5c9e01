import type { AttentionOptions } from '@borealis/tensor';
import { attention, gelu, layerNorm, linear, tf } from '@borealis/tensor';

export type Norm = { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
export type Affine = { readonly weight: tf.Tensor; readonly bias?: tf.Tensor };

export type AttentionParameters = {
  readonly qkv: Affine;
  readonly proj: Affine;
  /** Of q and k, over the head dimension. */
  readonly norm?: Norm;
};

/** A layer's parameters under the names of 1xgpt's checkpoints; a norm that is absent is the identity. */
export type BlockParameters = {
  readonly norm1?: Norm;
  readonly spatial_attn: AttentionParameters;
  readonly temporal_norm?: Norm;
  readonly temporal_attn: AttentionParameters;
  readonly norm2?: Norm;
  readonly mlp: { readonly fc1: Affine; readonly fc2: Affine };
};

export interface BlockOptions {
  readonly heads: number;
  /** What scores are multiplied with. Default `1 / √(c / heads)`. */
  readonly scale?: number;
}

const EPS = 1e-5;

/**
 * A layer of the spatio-temporal transformer (1xgpt genie/st_transformer.py): attention over the places of each grid,
 * causal attention over time at each place, MLP; each is added to the stream.
 *
 * @param x `[b t s c]`
 */
export function block(x: tf.Tensor, p: BlockParameters, options: BlockOptions): tf.Tensor {
  const seen = tf.add(x, spatialAttention(norm(x, p.norm1), p.spatial_attn, options));
  const past = temporalAttention(norm(seen, p.temporal_norm), p.temporal_attn, options);
  const remembered = tf.add(seen, past);
  return tf.add(remembered, mlp(norm(remembered, p.norm2), p.mlp));
}

export function norm(x: tf.Tensor, p: Norm | undefined): tf.Tensor {
  return p === undefined ? x : layerNorm(x, { gain: p.weight, bias: p.bias }, EPS);
}

/** `[b t s c]`; every place of a grid sees every other. */
export function spatialAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const h = options.heads;
  const qkv = tf.reshape(affine(x, p.qkv), [b * t, s, 3, h, c / h]);
  const context = attend(tf.transpose(qkv, [2, 0, 3, 1, 4]), p.norm, scaleOf(options)); // [b·t h s d]
  return affine(tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [b, t, s, c]), p.proj);
}

/** `[b t s c]`; each place sees itself in this grid and the ones before. */
export function temporalAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const h = options.heads;
  const d = c / h;
  const qkv = tf.transpose(tf.reshape(affine(x, p.qkv), [b, t, s, 3, h, d]), [3, 0, 2, 4, 1, 5]);
  const perPlace = tf.reshape(qkv, [3, b * s, h, t, d]);
  const context = attend(perPlace, p.norm, { ...scaleOf(options), causal: true }); // [b·s h t d]
  const joined = tf.transpose(tf.reshape(context, [b, s, h, t, d]), [0, 3, 1, 2, 4]);
  return affine(tf.reshape(joined, [b, t, s, c]), p.proj);
}

export function mlp(x: tf.Tensor, p: BlockParameters['mlp']): tf.Tensor {
  return affine(gelu(affine(x, p.fc1)), p.fc2);
}

/** q, k and v, one after the other, `[3 n h l d]` → `[n h l d]` */
function attend(qkv: tf.Tensor, qkNorm: Norm | undefined, options: AttentionOptions): tf.Tensor {
  const [q, k, v] = tf.unstack(qkv, 0) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return attention(norm(q, qkNorm), norm(k, qkNorm), v, options);
}

function affine(x: tf.Tensor, p: Affine): tf.Tensor {
  return linear(x, p.weight, p.bias);
}

function scaleOf({ scale }: BlockOptions): AttentionOptions {
  return scale === undefined ? {} : { scale };
}
