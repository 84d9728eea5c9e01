import type { MultiHeadOptions } from '@borealis/tensor';
import { multiHeadAttention, packedAttention, tf } from '@borealis/tensor';
import type { Affine } from './affine.ts';
import { affine } from './affine.ts';
import type { Norm } from './norm.ts';
import { norm } from './norm.ts';

export type AttentionParameters = {
  readonly qkv: Affine;
  readonly proj: Affine;
  /** Of q and k, over the head dimension. */
  readonly norm?: Norm;
};

/** Between tokens along the second axis, `[n l c]` or `[n l m c]`. */
export function selfAttention(x: tf.Tensor, p: AttentionParameters, options: MultiHeadOptions): tf.Tensor {
  const qkv = affine(x, p.qkv);
  if (p.norm === undefined) return affine(packedAttention(qkv, options), p.proj);
  const { q, k, v } = splitHeads(qkv, p.norm, options.heads);
  return affine(multiHeadAttention(q, k, v, options), p.proj);
}

/** Queries, keys and values; queries and keys normalised over the depth of a head, where there is a norm. */
export function splitHeads(
  qkv: tf.Tensor,
  qkNorm: Norm | undefined,
  heads: number,
): { readonly q: tf.Tensor; readonly k: tf.Tensor; readonly v: tf.Tensor } {
  const [q, k, v] = tf.split(qkv, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  if (qkNorm === undefined) return { q, k, v };
  const perHead = (x: tf.Tensor) => {
    const depth = (x.shape.at(-1) as number) / heads;
    return tf.reshape(norm(tf.reshape(x, [x.size / depth, depth]), qkNorm), x.shape);
  };
  return { q: perHead(q), k: perHead(k), v };
}
