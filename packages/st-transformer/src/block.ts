import type { tf } from '@borealis/tensor';
import { attention, gelu, layerNorm, linear, tf as ops } from '@borealis/tensor';

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
  x = ops.add(x, spatialAttention(norm(x, p.norm1), p.spatial_attn, options));
  x = ops.add(x, temporalAttention(norm(x, p.temporal_norm), p.temporal_attn, options));
  return ops.add(x, mlp(norm(x, p.norm2), p.mlp));
}

export function norm(x: tf.Tensor, p: Norm | undefined): tf.Tensor {
  return p === undefined ? x : layerNorm(x, { gain: p.weight, bias: p.bias }, EPS);
}

/** `[b t s c]`; every place of a grid sees every other. */
export function spatialAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const d = c / options.heads;
  const heads = ops.reshape(linear(x, p.qkv.weight, p.qkv.bias), [b * t, s, 3, options.heads, d]);
  const [q, k, v] = ops.unstack(ops.transpose(heads, [2, 0, 3, 1, 4]), 0) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]; // [b·t h s d]
  const context = attention(norm(q, p.norm), norm(k, p.norm), v, scaleOf(options));
  const joined = ops.reshape(ops.transpose(context, [0, 2, 1, 3]), [b, t, s, c]);
  return linear(joined, p.proj.weight, p.proj.bias);
}

/** `[b t s c]`; each place sees itself in this grid and the ones before. */
export function temporalAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const d = c / options.heads;
  const heads = ops.reshape(linear(x, p.qkv.weight, p.qkv.bias), [b, t, s, 3, options.heads * d]);
  const places = ops.reshape(ops.transpose(heads, [3, 0, 2, 1, 4]), [3, b * s, t, options.heads, d]);
  const [q, k, v] = ops.unstack(ops.transpose(places, [0, 1, 3, 2, 4]), 0) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]; // [b·s h t d]
  const context = attention(norm(q, p.norm), norm(k, p.norm), v, { ...scaleOf(options), causal: true });
  const joined = ops.reshape(ops.transpose(context, [0, 2, 1, 3]), [b, s, t, c]);
  return linear(ops.transpose(joined, [0, 2, 1, 3]), p.proj.weight, p.proj.bias);
}

export function mlp(x: tf.Tensor, p: BlockParameters['mlp']): tf.Tensor {
  return linear(gelu(linear(x, p.fc1.weight, p.fc1.bias)), p.fc2.weight, p.fc2.bias);
}

function scaleOf({ scale }: BlockOptions): { readonly scale?: number } {
  return scale === undefined ? {} : { scale };
}
