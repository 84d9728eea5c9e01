import { tf } from '@borealis/tensor';
import type { Grid } from './patches.ts';

/** Cosines and sines of each token's angles, `[n d]`; both channels of a pair have the same. */
export interface RotaryTables {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

const THETA = 10_000;

/**
 * Rotary embedding of time, row and column (Su et al. 2021; diffusers `WanRotaryPosEmbed`): of a head's d channels, row and
 * column have 2 ⌊d / 6⌋ each, time, which comes first, the rest; each axis has its own ladder of frequencies.
 */
export function rotaryTables([frames, rows, columns]: Grid, headDim: number): RotaryTables {
  const spatial = 2 * Math.floor(headDim / 6);
  const axes = [headDim - 2 * spatial, spatial, spatial];
  const tokens = frames * rows * columns;
  const cos = new Float32Array(tokens * headDim);
  const sin = new Float32Array(tokens * headDim);
  let i = 0;
  for (let token = 0; token < tokens; token++) {
    const place = [Math.floor(token / (rows * columns)), Math.floor(token / columns) % rows, token % columns];
    for (const [axis, size] of axes.entries()) {
      for (let channel = 0; channel < size; channel++, i++) {
        const pair = channel - (channel % 2);
        const angle = (place[axis] ?? 0) * THETA ** (-pair / size);
        cos[i] = Math.cos(angle);
        sin[i] = Math.sin(angle);
      }
    }
  }
  return { cos: tf.tensor(cos, [tokens, headDim]), sin: tf.tensor(sin, [tokens, headDim]) };
}

/** Turns each pair (2i, 2i + 1) of every head's channels by its token's angle: `[b n heads·d]`, the same for all heads. */
export function rotate(x: tf.Tensor, { cos, sin }: RotaryTables): tf.Tensor {
  const [b, n, c] = x.shape as [number, number, number];
  const d = cos.shape[1] as number;
  const heads = tf.reshape(x, [b, n, c / d, d]);
  const perToken = (table: tf.Tensor) => tf.expandDims(table, 1); // [n 1 d]
  const turned = tf.add(tf.mul(heads, perToken(cos)), tf.mul(quarterTurn(heads), perToken(sin)));
  return tf.reshape(turned, [b, n, c]);
}

/** Each pair (a, b) → (−b, a): a product with a matrix of zeros and ±1, which is exact. */
function quarterTurn(x: tf.Tensor): tf.Tensor {
  const d = x.shape.at(-1) ?? 0;
  const matrix = new Float32Array(d * d);
  for (let pair = 0; pair < d; pair += 2) {
    matrix[(pair + 1) * d + pair] = -1;
    matrix[pair * d + pair + 1] = 1;
  }
  const turned = tf.matMul(tf.reshape(x, [x.size / d, d]), tf.tensor(matrix, [d, d]));
  return tf.reshape(turned, x.shape);
}
