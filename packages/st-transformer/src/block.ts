import type { MultiHeadOptions } from '@borealis/tensor';
import { gelu, layerNorm, linear, multiHeadAttention, packedAttention, tf } from '@borealis/tensor';

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
  const grids = tf.reshape(x, [b * t, s, c]);
  return tf.reshape(attend(grids, p, options), [b, t, s, c]);
}

/** `[b t s c]`; each place sees itself in this grid and the ones before. */
export function temporalAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  return attend(x, p, { ...options, causal: true });
}

/** Between tokens along the second axis. */
function attend(
  x: tf.Tensor,
  p: AttentionParameters,
  options: BlockOptions & { readonly causal?: boolean },
): tf.Tensor {
  const qkv = affine(x, p.qkv);
  const context =
    p.norm === undefined ? packedAttention(qkv, options) : normalisedAttention(qkv, p.norm, options);
  return affine(context, p.proj);
}

/** Queries and keys are normalised over the depth of a head. */
function normalisedAttention(qkv: tf.Tensor, qkNorm: Norm, options: MultiHeadOptions): tf.Tensor {
  const [q, k, v] = tf.split(qkv, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const perHead = (x: tf.Tensor) => {
    const depth = (x.shape.at(-1) as number) / options.heads;
    return tf.reshape(norm(tf.reshape(x, [x.size / depth, depth]), qkNorm), x.shape);
  };
  return multiHeadAttention(perHead(q), perHead(k), v, options);
}

export function mlp(x: tf.Tensor, p: BlockParameters['mlp']): tf.Tensor {
  return affine(gelu(affine(x, p.fc1)), p.fc2);
}

function affine(x: tf.Tensor, p: Affine): tf.Tensor {
  return linear(x, p.weight, p.bias);
}
