import { beforeAll, describe, expect, it } from 'vitest';
import {
  attention,
  biasedSum,
  causalConv3d,
  compile,
  conv1d,
  createRandom,
  crossEntropy,
  embedding,
  gatedAdd,
  gelu,
  geluTanh,
  layerNorm,
  linear,
  lowRankLinear,
  modulate,
  residualAdd,
  rmsNorm,
  rotary,
  silu,
  startBackend,
  tf,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(11);
const normal = (...shape: number[]) => random.normalTensor(shape);

type Case = readonly [name: string, inputs: () => tf.Tensor[], fn: (...inputs: tf.Tensor[]) => tf.Tensor];
const at = (inputs: tf.Tensor[], i: number) => inputs[i] as tf.Tensor;

const angles = [0.1, 0.1, 2, 2, 1, 1, 0.3, 0.3, 5, 5, 4, 4];
const tables = () => ({
  cos: tf.tensor2d(angles.map(Math.cos), [3, 4]),
  sin: tf.tensor2d(angles.map(Math.sin), [3, 4]),
});

const targets = () => tf.tensor([3, 0, 6, 3], [4], 'int32');
const cases: readonly Case[] = [
  [
    'layerNorm',
    () => [normal(3, 8), normal(8), normal(8)],
    (...t) => layerNorm(at(t, 0), { gain: at(t, 1), bias: at(t, 2) }, 1e-5),
  ],
  ['layerNorm without weights', () => [normal(3, 8)], (...t) => layerNorm(at(t, 0), undefined, 1e-5)],
  ['rmsNorm', () => [normal(3, 8), normal(8)], (...t) => rmsNorm(at(t, 0), at(t, 1), 1e-6)],
  [
    'modulate',
    () => [normal(3, 8), normal(8), normal(8), normal(8)],
    (...t) => modulate(at(t, 0), { shift: at(t, 1), scale: at(t, 2), gate: at(t, 3) }, 1e-5),
  ],
  ['residualAdd', () => [normal(3, 8), normal(3, 8)], (...t) => residualAdd(at(t, 0), at(t, 1))],
  [
    'gatedAdd',
    () => [normal(4, 6), normal(2, 6), normal(4, 6)],
    (...t) => gatedAdd(at(t, 0), at(t, 1), at(t, 2)),
  ],
  [
    'biasedSum',
    () => [normal(2, 3, 4), normal(2, 3, 4), normal(2, 3, 4), normal(4)],
    (...t) => biasedSum([at(t, 0), at(t, 1), at(t, 2)], at(t, 3)),
  ],
  ['rotary', () => [normal(2, 3, 8)], (...t) => rotary(at(t, 0), tables())],
  ['gelu', () => [normal(4, 5)], (...t) => gelu(at(t, 0))],
  ['geluTanh', () => [normal(4, 5)], (...t) => geluTanh(at(t, 0))],
  ['silu', () => [normal(4, 5)], (...t) => silu(at(t, 0))],
  [
    'linear',
    () => [normal(2, 3, 5), normal(4, 5), normal(4)],
    (...t) => linear(at(t, 0), at(t, 1), at(t, 2)),
  ],
  [
    'lowRankLinear',
    () => [normal(2, 3, 5), normal(4, 5), normal(4), normal(2, 5), normal(4, 2), normal()],
    (...t) =>
      lowRankLinear(at(t, 0), {
        ...{ weight: at(t, 1), bias: at(t, 2), down: at(t, 3), up: at(t, 4), scale: at(t, 5) },
      }),
  ],
  [
    'lowRankLinear without bias',
    () => [normal(6, 5), normal(4, 5), normal(3, 5), normal(4, 3), normal()],
    (...t) => lowRankLinear(at(t, 0), { weight: at(t, 1), down: at(t, 2), up: at(t, 3), scale: at(t, 4) }),
  ],
  [
    'attention',
    () => [normal(1, 2, 4, 3), normal(1, 2, 6, 3), normal(1, 2, 6, 3)],
    (...t) => attention(at(t, 0), at(t, 1), at(t, 2)),
  ],
  [
    'causal attention',
    () => [normal(2, 1, 4, 3), normal(2, 1, 4, 3), normal(2, 1, 4, 3)],
    (...t) => attention(at(t, 0), at(t, 1), at(t, 2), { causal: true, scale: 0.7 }),
  ],
  ['embedding', () => [normal(7, 3)], (...t) => embedding(targets(), at(t, 0))],
  ['crossEntropy', () => [normal(4, 7)], (...t) => crossEntropy(at(t, 0), targets())],
  [
    'crossEntropy, smoothed',
    () => [normal(4, 7)],
    (...t) => crossEntropy(at(t, 0), targets(), { labelSmoothing: 0.2 }),
  ],
  [
    'causalConv3d',
    () => [normal(1, 3, 3, 2, 2), normal(3, 3, 3, 2, 2), normal(2)],
    (...t) => causalConv3d(at(t, 0), at(t, 1), at(t, 2)),
  ],
  [
    'conv1d',
    () => [normal(1, 7, 2), normal(3, 2, 3), normal(3)],
    (...t) => conv1d(at(t, 0), at(t, 1), at(t, 2), { stride: 2, padding: 1 }),
  ],
];

/** The derivative along a random direction, by central differences in the direction's length. */
function numericalSlope(
  f: (inputs: tf.Tensor[]) => number,
  inputs: tf.Tensor[],
  directions: tf.Tensor[],
): number {
  const step = 4e-3;
  const moved = (by: number) => inputs.map((input, i) => tf.add(input, tf.mul(at(directions, i), by)));
  return (f(moved(step)) - f(moved(-step))) / (2 * step);
}

describe.each(cases)('%s', (_, makeInputs, fn) => {
  it('has the gradient of finite differences, plain and compiled', () => {
    const inputs = makeInputs();
    const cotangent = random.normalTensor(fn(...inputs).shape);
    const scalar = (...t: tf.Tensor[]) => tf.sum(tf.mul(fn(...t), cotangent));
    const gradientsOf = (...t: tf.Tensor[]) => tf.grads(scalar)(t);
    const plain = gradientsOf(...inputs);
    const compiled = compile(gradientsOf)(...inputs);
    const directions = inputs.map(({ shape }) => random.normalTensor(shape));
    const slope = numericalSlope((t) => scalar(...t).dataSync()[0] ?? NaN, inputs, directions);
    for (const gradients of [plain, compiled]) {
      const along =
        tf.addN(gradients.map((g, i) => tf.sum(tf.mul(g, at(directions, i))))).dataSync()[0] ?? NaN;
      expect(Math.abs(along - slope)).toBeLessThan(3e-3 * Math.max(1, Math.abs(slope)));
    }
  });
});

describe('attention', () => {
  it('looks nowhere that the mask forbids', () => {
    const [q, k, v] = [normal(1, 1, 3, 4), normal(1, 1, 5, 4), normal(1, 1, 5, 4)];
    const mask = tf.tensor2d([
      [1, 1, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0, 1],
    ]);
    const context = attention(q, k, v, { mask });
    const second = tf.slice(context, [0, 0, 1, 0], [1, 1, 1, 4]).dataSync();
    expect([...second]).toEqual([...tf.slice(v, [0, 0, 2, 0], [1, 1, 1, 4]).dataSync()]);
  });

  it('is the same in chunks of heads as at once', () => {
    const [q, k, v] = [normal(1, 3, 1500, 2), normal(1, 3, 1500, 2), normal(1, 3, 1500, 2)]; // 9 MB of scores a head
    const scores = tf.softmax(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(2)));
    const difference = tf.max(tf.abs(tf.sub(attention(q, k, v), tf.matMul(scores, v)))).dataSync()[0];
    expect(difference).toBeLessThan(1e-5);
  });
});
