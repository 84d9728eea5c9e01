import type { MultiHeadOptions } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { MlpParameters } from './mlp.ts';
import { mlp } from './mlp.ts';
import type { Norm } from './norm.ts';
import { norm } from './norm.ts';
import type { AttentionParameters } from './self-attention.ts';
import { selfAttention } from './self-attention.ts';

/** A layer's parameters under the names of 1xgpt's checkpoints; a norm that is absent is the identity. */
export type BlockParameters = {
  readonly norm1?: Norm;
  readonly spatial_attn: AttentionParameters;
  readonly temporal_norm?: Norm;
  readonly temporal_attn: AttentionParameters;
  readonly norm2?: Norm;
  readonly mlp: MlpParameters;
};

/** `scale`: what scores are multiplied with. Default `1 / √(c / heads)`. */
export type BlockOptions = Pick<MultiHeadOptions, 'heads' | 'scale'>;

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

/** `[b t s c]`; every place of a grid sees every other. */
export function spatialAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  const [b, t, s, c] = x.shape as [number, number, number, number];
  const grids = tf.reshape(x, [b * t, s, c]);
  return tf.reshape(selfAttention(grids, p, options), [b, t, s, c]);
}

/** `[b t s c]`; each place sees itself in this grid and the ones before. */
export function temporalAttention(x: tf.Tensor, p: AttentionParameters, options: BlockOptions): tf.Tensor {
  return selfAttention(x, p, { ...options, causal: true });
}
