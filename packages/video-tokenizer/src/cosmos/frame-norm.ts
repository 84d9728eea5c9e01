import { layerNorm, tf } from '@borealis/tensor';
import type { FrameNorm } from './cosmos-parameters.ts';

const EPS = 1e-6;

/** GroupNorm of one group over each frame by itself, `[b t h w c]`: a later frame must not move an earlier one. */
export function frameNorm(x: tf.Tensor, { norm }: FrameNorm): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const normal = layerNorm(tf.reshape(x, [b * t, h * w * c]), undefined, EPS);
  return tf.add(tf.mul(tf.reshape(normal, x.shape), norm.weight), norm.bias);
}
