import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { fullAttention } from './full-block.ts';

const [B, T, S, C, HEADS] = [2, 3, 5, 12, 3];

beforeAll(async () => {
  await startBackend();
});

const random = createRandom(41);

function randomWeights() {
  return {
    qkv: { weight: random.normalTensor([3 * C, C], 0.5), bias: random.normalTensor([3 * C]) },
    proj: { weight: random.normalTensor([C, C], 0.5) },
  };
}

type Weights = ReturnType<typeof randomWeights>;

/** Softmax over all scores, those of later grids hidden. */
function naive(x: tf.Tensor, weights: Weights): tf.Tensor {
  const tokens = tf.reshape(x, [B, T * S, C]);
  const product = (y: tf.Tensor, weight: tf.Tensor) =>
    tf.reshape(tf.matMul(tf.reshape(y, [-1, C]), weight, false, true), [B, T * S, weight.shape[0]]);
  const qkv = tf.add(product(tokens, weights.qkv.weight), weights.qkv.bias);
  const perHead = tf.transpose(tf.reshape(qkv, [B, T * S, 3, HEADS, C / HEADS]), [2, 0, 3, 1, 4]);
  const [q, k, v] = tf.unstack(perHead) as [tf.Tensor, tf.Tensor, tf.Tensor]; // [b h l d]
  const grid = Array.from({ length: T * S }, (_, token) => Math.floor(token / S));
  const hidden = tf.tensor2d(grid.map((query) => grid.map((key) => (key > query ? -1e9 : 0))));
  const scores = tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(C / HEADS)), hidden);
  const context = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [B, T * S, C]);
  return tf.reshape(product(context, weights.proj.weight), x.shape);
}

test('every place sees all of its grid and of those before, none after', () => {
  const weights = randomWeights();
  const x = random.normalTensor([B, T, S, C]);
  const dy = random.normalTensor([B, T, S, C]);
  const both = [
    (x: tf.Tensor) => fullAttention(x, weights, { heads: HEADS }),
    (x: tf.Tensor) => naive(x, weights),
  ];
  const [got, want] = both.map((fn) => tf.valueAndGrad(fn)(x, dy));
  for (const part of ['value', 'grad'] as const) {
    const largest = (tensor: tf.Tensor) => tf.max(tf.abs(tensor)).dataSync()[0] ?? NaN;
    const difference = tf.sub(got?.[part] as tf.Tensor, want?.[part] as tf.Tensor);
    expect(largest(difference) / largest(want?.[part] as tf.Tensor), part).toBeLessThan(1e-6);
  }
});
