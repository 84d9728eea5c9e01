import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startTrainingBackend } from '../backend/start-backend.ts';
import { compile } from '../compile/compile.ts';
import { dropout } from './dropout.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const seed = (first: number) => tf.tensor1d([first, 7], 'int32');

test('a share of the elements is 0, the others are larger, the mean stays', () => {
  const y = dropout(tf.ones([100, 100]), 0.25, seed(1)).dataSync();
  const dropped = y.filter((value) => value === 0).length / y.length;
  expect(Math.abs(dropped - 0.25)).toBeLessThan(0.02);
  expect(y.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6)).toBe(true);
});

test('the seed alone decides, compiled or not; a rate of 0 changes nothing', () => {
  const x = tf.ones([50]);
  const compiled = compile((x: tf.Tensor, seed: tf.Tensor) => dropout(x, 0.5, seed));
  const first = dropout(x, 0.5, seed(1)).dataSync();
  expect(compiled(x, seed(1)).dataSync()).toEqual(first);
  expect(compiled(x, seed(2)).dataSync()).not.toEqual(first);
  expect(dropout(x, 0, seed(1))).toBe(x);
});

test('the gradient goes through what was kept', () => {
  const x = tf.ones([50]);
  const run = compile((x: tf.Tensor, seed: tf.Tensor) => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => tf.sum(dropout(x, 0.5, seed)))(x);
    return { y: dropout(x, 0.5, seed), sum: value, grad };
  });
  const { y, sum, grad } = run(x, seed(3));
  expect(grad.dataSync()).toEqual(y.dataSync());
  expect(sum.dataSync()[0]).toBeCloseTo(tf.sum(y).dataSync()[0] ?? NaN, 4);
});
