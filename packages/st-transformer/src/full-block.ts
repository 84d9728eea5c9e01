import { tf } from '@borealis/tensor';
import type { BlockOptions } from './block.ts';
import type { MlpParameters } from './mlp.ts';
import { mlp } from './mlp.ts';
import type { Norm } from './norm.ts';
import { norm } from './norm.ts';
import type { AttentionParameters } from './self-attention.ts';
import { selfAttention } from './self-attention.ts';

/** Of a layer in the full form: one attention in place of the two. */
export type FullBlockParameters = {
  readonly norm1?: Norm;
  readonly attn: AttentionParameters;
  readonly norm2?: Norm;
  readonly mlp: MlpParameters;
};

/**
 * A layer in which every place sees all places of its own grid and of those before, then the MLP; each is added to the
 * stream. The same reach as a spatio-temporal layer has in two steps, for (t·s)² scores instead of t·s² + t²·s.
 *
 * @param x `[b t s c]`
 */
export function fullBlock(x: tf.Tensor, p: FullBlockParameters, options: BlockOptions): tf.Tensor {
  const seen = tf.add(x, fullAttention(norm(x, p.norm1), p.attn, options));
  return tf.add(seen, mlp(norm(seen, p.norm2), p.mlp));
}

/** `[b t s c]`; every place sees all of its grid and of the ones before. Memory is linear in t·s. */
export function fullAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const tokens = tf.reshape(x, [b, t * s, c]);
  return tf.reshape(selfAttention(tokens, p, { ...options, causalBlock: s }), x.shape);
}
