import { tf } from '@borealis/tensor';
import type { Conv, ConvPair } from './cosmos-parameters.ts';
import type { See } from './see.ts';

/** Kernel (1, 3, 3): each frame by itself, zeros around it unless it is padded already. */
export function spatialConv(
  x: tf.Tensor,
  { conv3d }: Conv,
  options: { readonly stride?: 1 | 2 } = {},
): tf.Tensor {
  const [b, t, h, w, c] = x.shape as [number, number, number, number, number];
  const [, kh, kw, , out] = conv3d.weight.shape as [number, number, number, number, number];
  const { stride = 1 } = options;
  const frames = tf.reshape<tf.Rank.R4>(x, [b * t, h, w, c]);
  const kernel = tf.reshape<tf.Rank.R4>(conv3d.weight, [kh, kw, c, out]);
  const y = tf.add(tf.conv2d(frames, kernel, stride, stride === 1 ? 'same' : 'valid'), conv3d.bias);
  return tf.reshape(y, [b, t, y.shape[1] as number, y.shape[2] as number, out]);
}

/** Kernel (3, 1, 1): each place by itself; before the first frame it is repeated, so nothing sees what comes later. */
export function temporalConv(
  x: tf.Tensor,
  { conv3d }: Conv,
  options: { readonly stride?: 1 | 2 } = {},
): tf.Tensor {
  const [kt, , , c, out] = conv3d.weight.shape as [number, number, number, number, number];
  const { stride = 1 } = options;
  const padded = repeatFirstFrame(x, kt - 1 + (1 - stride));
  const [b, t, h, w] = padded.shape as [number, number, number, number];
  const signals = tf.reshape<tf.Rank.R4>(padded, [b, t, h * w, c]);
  const kernel = tf.reshape<tf.Rank.R4>(conv3d.weight, [kt, 1, c, out]);
  const y = tf.add(tf.conv2d(signals, kernel, [stride, 1], 'valid'), conv3d.bias);
  return tf.reshape(y, [b, y.shape[1] as number, h, w, out]);
}

/** Kernel (1, 1, 1). */
export function pointwiseConv(x: tf.Tensor, { conv3d }: Conv): tf.Tensor {
  const [c, out] = conv3d.weight.shape.slice(3) as [number, number];
  const product = tf.matMul(tf.reshape(x, [x.size / c, c]), tf.reshape(conv3d.weight, [c, out]));
  return tf.reshape(tf.add(product, conv3d.bias), [...x.shape.slice(0, -1), out]);
}

/** A 3-D convolution in two factors, nothing between. */
export function convPair(x: tf.Tensor, p: ConvPair, see: See): tf.Tensor {
  return see('1', temporalConv(see('0', spatialConv(x, p[0])), p[1]));
}

/** `[b t h w c]` → `[b times+t h w c]` */
export function repeatFirstFrame(x: tf.Tensor, times: number): tf.Tensor {
  if (times === 0) return x;
  const first = tf.slice(x, [0, 0, 0, 0, 0], [-1, 1, -1, -1, -1]);
  return tf.concat([...Array.from({ length: times }, () => first), x], 1);
}
