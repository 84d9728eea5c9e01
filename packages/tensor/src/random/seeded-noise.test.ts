import { beforeAll, describe, expect, it } from 'vitest';
import {
  compile,
  createRandom,
  deriveSeed,
  drawSeed,
  dropout,
  normalNoise,
  recompute,
  startBackend,
  tf,
  uniformNoise,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const seed = (...numbers: [number, number]) => tf.tensor1d(numbers, 'int32');
const mean = (x: tf.Tensor) => tf.mean(x).dataSync()[0] ?? NaN;

describe('noise by seed', () => {
  it.each([
    ['uniformNoise', uniformNoise, 0.5, 1 / 12],
    ['normalNoise', normalNoise, 0, 1],
  ])('%s has its mean and variance', (_, noise, expectedMean, variance) => {
    const x = noise([200, 100], seed(3, 4));
    expect(x.shape).toEqual([200, 100]);
    expect(mean(x)).toBeCloseTo(expectedMean, 1);
    expect(mean(tf.square(tf.sub(x, expectedMean)))).toBeCloseTo(variance, 1);
  });

  it.each([
    ['uniformNoise', uniformNoise],
    ['normalNoise', normalNoise],
  ])('%s differs from call to call of a compiled function, and is the same for the same seed', (_, noise) => {
    const drawn = compile((seed: tf.Tensor) => noise([16], seed));
    const first = drawn(seed(1, 2)).dataSync();
    expect(drawn(seed(1, 2)).dataSync()).toEqual(first);
    expect(drawn(seed(1, 3)).dataSync()).not.toEqual(first);
    expect(noise([16], seed(1, 2)).dataSync()).toEqual(first);
  });

  it('makes seeds of their own for purposes, and for calls', () => {
    const [first, again] = [createRandom(1), createRandom(1)];
    const [a, b] = [drawSeed(first), drawSeed(first)];
    expect(a.dataSync()).toEqual(drawSeed(again).dataSync());
    expect(a.dataSync()).not.toEqual(b.dataSync());
    const derived = compile((seed: tf.Tensor) => [deriveSeed(seed, 'layer 1'), deriveSeed(seed, 'layer 2')]);
    const [one, two] = derived(a).map((seed) => seed.dataSync().join());
    expect(one).not.toBe(two);
    expect(deriveSeed(a, 'layer 1').dataSync().join()).toBe(one);
  });

  it('refuses what is no seed', () => {
    expect(() => normalNoise([2], tf.scalar(1))).toThrow(/int32 tensor of shape \[2\], not float32 \[\]/);
    expect(() => deriveSeed(tf.tensor1d([1], 'int32'), 'x')).toThrow(/not int32 \[1\]/);
    expect(() => dropout(tf.ones([2]), 1, seed(1, 2))).toThrow(/rate of 1/);
  });
});

it('dropout that is recomputed drops the same', () => {
  const layer = (x: tf.Tensor, seed: tf.Tensor) => dropout(tf.square(x), 0.5, deriveSeed(seed, 'layer'));
  const gradients = (fn: typeof layer) =>
    compile((x: tf.Tensor, seed: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(fn(x, seed)))(x));
  const x = tf.linspace(1, 2, 40);
  const plain = gradients(layer)(x, seed(5, 6)).dataSync();
  expect(plain.filter((value) => value === 0).length).toBeGreaterThan(5);
  expect(gradients(recompute(layer))(x, seed(5, 6)).dataSync()).toEqual(plain);
});
