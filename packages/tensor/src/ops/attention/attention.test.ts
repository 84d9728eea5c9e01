import { beforeAll, describe, expect, it, test } from 'vitest';
import type { AttentionOptions } from '../../index.ts';
import {
  attention,
  compile,
  createRandom,
  multiHeadAttention,
  packedAttention,
  startBackend,
  tf,
} from '../../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(3);
const normal = (...shape: number[]) => random.normalTensor(shape);

/** The definition, scores and all: `[b h t d]`. */
function plainAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const [queries, depth] = q.shape.slice(2) as [number, number];
  const scores = tf.mul(tf.matMul(q, k, false, true), options.scale ?? 1 / Math.sqrt(depth));
  const block = options.causalBlock ?? (options.causal === true ? 1 : queries);
  const blocks = tf.floorDiv(tf.range(0, queries, 1, 'int32'), tf.scalar(block, 'int32'));
  const causal = tf.cast(tf.lessEqual(tf.expandDims(blocks, 0), tf.expandDims(blocks, 1)), 'float32');
  const allowed = options.mask ?? (block < queries ? causal : undefined);
  const hidden = allowed === undefined ? scores : tf.add(scores, tf.mul(tf.sub(allowed, 1), 1e30));
  return tf.matMul(tf.softmax(hidden), v);
}

/** Σ of squares relative to the second's. */
function apart(got: tf.Tensor, want: tf.Tensor): number {
  return (
    Math.sqrt(tf.sum(tf.square(tf.sub(got, want))).dataSync()[0] ?? NaN) /
    (tf.norm(want).dataSync()[0] ?? NaN)
  );
}

/** The value and the gradients of `Σ y · dy`. */
function valueAndGradients(
  fn: (...x: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { value, grads } = tf.valueAndGrads(fn)(inputs, dy);
  return [value, ...grads];
}

type Sizes = readonly [heads: number, queries: number, keys: number, depth: number];
const cases: readonly (readonly [string, Sizes, AttentionOptions])[] = [
  ['a handful of tokens', [3, 5, 7, 24], {}],
  ['a handful of tokens, causal', [2, 16, 16, 20], { causal: true }],
  ['more than one block, no multiple of anything', [2, 205, 301, 40], {}],
  ['causal over blocks', [1, 400, 400, 17], { causal: true, scale: 0.3 }],
  ['in blocks of a handful', [2, 12, 12, 20], { causalBlock: 4 }],
  ['in blocks that are no multiple of anything, the last one short', [2, 500, 500, 24], { causalBlock: 130 }],
  ['one query', [2, 1, 300, 64], {}],
];

describe('attention equals its definition, forward and backward', () => {
  it.each(cases)('%s', (_, [heads, queries, keys, depth], options) => {
    const inputs = [
      normal(2, heads, queries, depth),
      normal(2, heads, keys, depth),
      normal(2, heads, keys, depth),
    ];
    const dy = normal(2, heads, queries, depth);
    const run = (attend: typeof plainAttention) =>
      valueAndGradients(
        (...[q, k, v]) => attend(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor, options),
        inputs,
        dy,
      );
    const want = run(plainAttention);
    run(attention).forEach((got, i) => expect(apart(got, want[i] as tf.Tensor)).toBeLessThan(2e-6));
    const half = compile(
      (...given: tf.Tensor[]) =>
        valueAndGradients(
          (...[q, k, v]) => attention(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor, options),
          given,
          dy,
        ),
      { precision: 'bf16' },
    )(...inputs);
    half.forEach((got, i) => expect(apart(got, want[i] as tf.Tensor)).toBeLessThan(1e-2));
  });

  it('with a mask, also one that hides a whole block', () => {
    const mask = tf.cast(tf.greater(normal(220, 600), tf.linspace(-1, 3, 600)), 'float32');
    const inputs = [normal(1, 2, 220, 32), normal(1, 2, 600, 32), normal(1, 2, 600, 32)];
    const dy = normal(1, 2, 220, 32);
    const run = (attend: typeof plainAttention) =>
      valueAndGradients(
        (...[q, k, v]) => attend(q as tf.Tensor, k as tf.Tensor, v as tf.Tensor, { mask }),
        inputs,
        dy,
      );
    const want = run(plainAttention);
    run(attention).forEach((got, i) => expect(apart(got, want[i] as tf.Tensor)).toBeLessThan(2e-6));
  });
});

test('who may look nowhere sees zeros, and gives no gradient', () => {
  const mask = tf.tensor2d([
    [0, 0, 0],
    [1, 0, 1],
  ]);
  const [q, k, v] = [normal(1, 1, 2, 4), normal(1, 1, 3, 4), normal(1, 1, 3, 4)];
  const [y, dq] = valueAndGradients((q) => attention(q, k, v, { mask }), [q], tf.ones([1, 1, 2, 4])) as [
    tf.Tensor,
    tf.Tensor,
  ];
  expect([...y.dataSync()].slice(0, 4)).toEqual([0, 0, 0, 0]);
  expect([...dq.dataSync()].slice(0, 4)).toEqual([0, 0, 0, 0]);
});

test('NaN in, NaN out', () => {
  const q = tf.tensor4d([NaN, 1, 1, 1], [1, 1, 2, 2]);
  const y = attention(q, normal(1, 1, 20, 2), normal(1, 1, 20, 2)).dataSync();
  expect([...y].map(Number.isNaN)).toEqual([true, true, false, false]);
});

describe('heads side by side in the channels', () => {
  const heads = 3;
  const toHeads = (x: tf.Tensor) => {
    const [n, l, m, c] = x.shape as [number, number, number, number];
    return tf.reshape(tf.transpose(tf.reshape(x, [n, l, m, heads, c / heads]), [0, 2, 3, 1, 4]), [
      n * m,
      heads,
      l,
      c / heads,
    ]);
  };
  const reference = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, causal: boolean) => {
    const [n, l, m, c] = q.shape as [number, number, number, number];
    const y = plainAttention(toHeads(q), toHeads(k), toHeads(v), { causal });
    return tf.reshape(tf.transpose(tf.reshape(y, [n, m, heads, l, c / heads]), [0, 3, 1, 2, 4]), q.shape);
  };

  it.each([
    [4, false],
    [5, true],
    [40, true],
    [260, false],
  ])('%s tokens at each of two places, causal: %s', (length, causal) => {
    const qkv = normal(2, length, 2, 3 * 24);
    const dy = normal(2, length, 2, 24);
    const parts = (qkv: tf.Tensor) => tf.split(qkv, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const want = valueAndGradients((qkv) => reference(...parts(qkv), causal), [qkv], dy);
    const packed = valueAndGradients((qkv) => packedAttention(qkv, { heads, causal }), [qkv], dy);
    const apartOnes = valueAndGradients(
      (qkv) => multiHeadAttention(...parts(qkv), { heads, causal }),
      [qkv],
      dy,
    );
    for (const got of [packed, apartOnes]) {
      got.forEach((tensor, i) => expect(apart(tensor, want[i] as tf.Tensor)).toBeLessThan(2e-6));
    }
  });

  it('refuses what does not fit', () => {
    expect(() => packedAttention(normal(2, 4, 36), { heads: 5 })).toThrow(/c a multiple of the heads/);
    expect(() =>
      multiHeadAttention(normal(1, 2, 4), normal(1, 3, 4), normal(1, 3, 4), { heads: 2, causal: true }),
    ).toThrow(/2 queries and 3 keys/);
  });
});
