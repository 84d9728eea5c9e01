import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../../native/fused-ops.ts';
import { withGradient } from '../with-gradient.ts';
import type { AttentionOptions } from './attention-options.ts';
import { causalBlockOf } from './causal-block-of.ts';
import { fusedAttention } from './fused-attention.ts';

/** Scores of so many bytes are made at a time: they stay in the processor's cache. */
const SCORE_BYTES_AT_A_TIME = 16 << 20;

/** What a forbidden score becomes: the softmax gives exactly 0. */
const FORBIDDEN = -1e30;

/**
 * Scaled dot-product attention (Vaswani et al. 2017). Where our own operations run, its memory is linear in the number
 * of tokens; elsewhere scores are made some heads at a time, and the backward pass keeps the probabilities.
 *
 * @param q `[b h t d]`
 * @param k `[b h s d]`
 * @param v `[b h s d]`
 * @returns `[b h t d]`
 */
export function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  options: AttentionOptions = {},
): tf.Tensor {
  const [batch, heads, queries, depth] = q.shape as [number, number, number, number];
  const keys = k.shape[2] as number;
  const block = causalBlockOf(options, queries, keys);
  const run = fusedOps();
  if (run !== undefined) {
    const alone = (x: tf.Tensor) => tf.reshape(x, [batch * heads, x.shape[2] as number, 1, 1, depth]);
    return tf.reshape(fusedAttention(run, [alone(q), alone(k), alone(v)], { ...options, block }), q.shape);
  }
  const flat = (x: tf.Tensor, count: number) => tf.reshape(x, [batch * heads, count, depth]);
  const scale = options.scale ?? 1 / Math.sqrt(depth);
  const together = Math.max(1, Math.floor(SCORE_BYTES_AT_A_TIME / (queries * keys * 4)));
  const forward = tf.mul(flat(q, queries), scale);
  const context = attendInChunks(
    forward,
    flat(k, keys),
    flat(v, keys),
    scoreBias(options.mask, block, queries),
    together,
  );
  return tf.reshape(context, q.shape);
}

/** What is added to scores, `[1 t s]`: 0 where allowed, very negative where not. */
function scoreBias(mask: tf.Tensor | undefined, block: number, queries: number): tf.Tensor | undefined {
  if (mask === undefined && block === 0) return undefined;
  const allowed = [mask, block === 0 ? undefined : blockMask(block, queries)]
    .filter((part) => part !== undefined)
    .map((part) => tf.cast(part, 'float32'));
  return tf.expandDims(
    tf.mul(
      tf.sub(
        1,
        allowed.reduce((a, b) => tf.mul(a, b)),
      ),
      FORBIDDEN,
    ),
    0,
  );
}

/** `[t t]`: 1 where a query of one block may look at a key of another. */
function blockMask(block: number, queries: number): tf.Tensor {
  const blocks = tf.floorDiv(tf.range(0, queries, 1, 'int32'), tf.scalar(block, 'int32'));
  return tf.lessEqual(tf.expandDims(blocks, 0), tf.expandDims(blocks, 1));
}

/** q `[n t d]` (scaled), k and v `[n s d]`, `together` of the n at a time. */
function attendInChunks(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  bias: tf.Tensor | undefined,
  together: number,
): tf.Tensor {
  const count = q.shape[0];
  if (together >= count) return attend(q, k, v, bias);
  const contexts: tf.Tensor[] = [];
  for (let start = 0; start < count; start += together) {
    const size = Math.min(together, count - start);
    const [qs, ks, vs] = [q, k, v].map((x) => tf.slice(x, [start, 0, 0], [size, -1, -1])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    contexts.push(attend(qs, ks, vs, bias));
  }
  return tf.concat(contexts, 0);
}

function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor {
  return withGradient(
    [q, k, v],
    (q, k, v) => {
      const scores = tf.matMul(q, k, false, true);
      const probabilities = tf.softmax(bias === undefined ? scores : tf.add(scores, bias));
      const context = tf.matMul(probabilities, v);
      return { value: context, saved: { q, k, v, probabilities, context } };
    },
    (dy, { q, k, v, probabilities, context }) => {
      const dv = tf.matMul(probabilities, dy, true, false);
      // Σ over keys of p · dp equals Σ over depth of dy · context (Dao et al. 2022, FlashAttention, appendix B).
      const along = tf.sum(tf.mul(dy, context), -1, true);
      const ds = tf.mul(probabilities, tf.sub(tf.matMul(dy, v, false, true), along));
      return [tf.matMul(ds, k), tf.matMul(ds, q, true, false), dv];
    },
  );
}
