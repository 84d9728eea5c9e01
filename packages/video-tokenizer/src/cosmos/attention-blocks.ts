import { attention, tf } from '@borealis/tensor';
import { pointwiseConv } from './causal-convolution.ts';
import type { Attention } from './cosmos-parameters.ts';
import { frameNorm } from './frame-norm.ts';

/** Attention within each frame, one head, added to the input. `[b t h w c]` */
export function spatialAttention(x: tf.Tensor, p: Attention): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const [q, k, v] = project(x, p).map((y) => tf.reshape(y, [b * t, 1, h * w, c])) as Projections;
  return tf.add(x, pointwiseConv(tf.reshape(attention(q, k, v), x.shape), p.proj_out));
}

/** Causal attention over time at each place, one head, added to the input. `[b t h w c]` */
export function temporalAttention(x: tf.Tensor, p: Attention): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const [q, k, v] = project(x, p).map((y) =>
    tf.reshape(tf.transpose(y, [0, 2, 3, 1, 4]), [b * h * w, 1, t, c]),
  ) as Projections;
  const context = tf.reshape(attention(q, k, v, { causal: true }), [b, h, w, t, c]);
  return tf.add(x, pointwiseConv(tf.transpose(context, [0, 3, 1, 2, 4]), p.proj_out));
}

type Projections = [tf.Tensor, tf.Tensor, tf.Tensor];

function project(x: tf.Tensor, p: Attention): tf.Tensor[] {
  const normal = frameNorm(x, p.norm);
  return [p.q, p.k, p.v].map((weights) => pointwiseConv(normal, weights));
}
