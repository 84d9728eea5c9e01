import { attention, residualAdd, tf } from '@borealis/tensor';
import type { AttentionBlock } from '../parameters.ts';
import { pointConvolution } from './causal-convolution.ts';
import { normalise } from './normalise.ts';

/** Every pixel of a frame sees every other; one head (Wan2.2 vae2_2.py `AttentionBlock`). `[b t h w c]` */
export function attentionBlock(x: tf.Tensor, p: AttentionBlock): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const qkv = tf.split(pointConvolution(normalise(x, p.norm), p.to_qkv), 3, -1);
  const [q, k, v] = qkv.map((each) => tf.reshape(each, [b * t, 1, h * w, c])) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const context = tf.reshape(attention(q, k, v), [b, t, h, w, c]);
  return residualAdd(x, pointConvolution(context, p.proj));
}
