import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backend/start-backend.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

test('a tensor does not share its array’s memory, however that is aligned', () => {
  const arrays = Array.from({ length: 256 }, () => new Float32Array(64).fill(1)); // some begin at multiples of 64 bytes
  const tensors = arrays.map((array) => tf.tensor1d(array));
  for (const tensor of tensors) tf.neg(tensor).dispose(); // now they are in TensorFlow's memory
  for (const array of arrays) array.fill(2);
  const sums = tensors.map((tensor) => tf.sum(tensor).dataSync()[0]);
  expect(new Set(sums)).toEqual(new Set([64]));
  tf.dispose(tensors);
});
