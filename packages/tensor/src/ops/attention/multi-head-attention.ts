import * as tf from '@tensorflow/tfjs-core';
import { TensorError } from '../../errors.ts';
import { fusedOps } from '../../native/fused-ops.ts';
import { attention } from './attention.ts';
import type { AttentionOptions } from './attention-options.ts';
import { causalBlockOf } from './causal-block-of.ts';
import { fusedAttention } from './fused-attention.ts';

export interface MultiHeadOptions extends AttentionOptions {
  readonly heads: number;
}

/**
 * Attention along the second axis, by heads that lie side by side in the channels: for tokens in a row `[n l c]`, and
 * for what stands at m places at l times, `[n l m c]`, each place by itself.
 *
 * @param q `[n l c]` or `[n l m c]`, c = heads · d
 * @param k `[n s c]` or `[n s m c]`
 * @param v like k
 * @returns like q
 */
export function multiHeadAttention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  options: MultiHeadOptions,
): tf.Tensor {
  return attend([q, k, v], q.shape, options);
}

/**
 * The same between tokens of one sequence, from the product that makes queries, keys and values together.
 *
 * @param qkv `[n l 3·c]` or `[n l m 3·c]`: all queries' channels, then keys', then values'
 * @returns `[n l c]` or `[n l m c]`
 */
export function packedAttention(qkv: tf.Tensor, options: MultiHeadOptions): tf.Tensor {
  const channels = (qkv.shape.at(-1) ?? 0) / 3;
  return attend([qkv], [...qkv.shape.slice(0, -1), channels], options);
}

function attend(tokens: readonly tf.Tensor[], shape: number[], options: MultiHeadOptions): tf.Tensor {
  const { heads } = options;
  const channels = shape.at(-1) as number;
  const depth = channels / heads;
  if (!Number.isInteger(depth) || ![3, 4].includes(shape.length)) {
    throw new TensorError(
      'INVALID_ARGUMENT',
      `multi-head attention over [${shape.join()}] with ${heads} heads: expected [n l c] or [n l m c], c a multiple of the heads`,
    );
  }
  const [queries, keys] = [shape[1] as number, (tokens[1] ?? tokens[0])?.shape[1] as number];
  const block = causalBlockOf(options, queries, keys);
  const split = tokens.map((tensor) => {
    const [n, l, ...rest] = tensor.shape as [number, number, ...number[]];
    const places = rest.length === 2 ? (rest[0] as number) : 1;
    return tf.reshape(tensor, [n, l, places, (rest.at(-1) as number) / depth, depth]); // [n l m h d]
  });
  const run = fusedOps();
  const context =
    run === undefined ? composed(split, options) : fusedAttention(run, split, { ...options, block });
  return tf.reshape(context, shape);
}

/** `[n l m h d]`, by transposing to rows of heads and back. */
function composed(tokens: readonly tf.Tensor[], options: AttentionOptions): tf.Tensor {
  const [q, k, v] = tokens.length === 1 ? tf.split(tokens[0] as tf.Tensor, 3, 3) : tokens;
  const toRows = (x: tf.Tensor) => {
    const [n, l, m, h, d] = x.shape as [number, number, number, number, number];
    return tf.reshape(tf.transpose(x, [0, 2, 3, 1, 4]), [n * m, h, l, d]);
  };
  const context = attention(toRows(q as tf.Tensor), toRows(k as tf.Tensor), toRows(v as tf.Tensor), options);
  const [n, l, m, h, d] = (q as tf.Tensor).shape as [number, number, number, number, number];
  return tf.transpose(tf.reshape(context, [n, m, h, l, d]), [0, 3, 1, 2, 4]);
}
