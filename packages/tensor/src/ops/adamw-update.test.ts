import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backend/start-backend.ts';
import { compile } from '../compile/compile.ts';
import { toBfloat16 } from '../half/to-bfloat16.ts';
import { toFloat32 } from '../half/to-float32.ts';
import { createRandom } from '../random/random.ts';
import { adamwUpdate } from './adamw-update.ts';
import { sumOfSquares } from './sum-of-squares.ts';

beforeAll(async () => {
  await startBackend();
});

const constants = { beta1: 0.9, beta2: 0.95, eps: 1e-8 };

function update(gradient: tf.Tensor) {
  const random = createRandom(1);
  const [parameter, first, second] = [1, 2, 3].map(() => random.normalTensor(gradient.shape)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const state = { parameter, first, second: tf.square(second) };
  const [stepSize, kept, rootCorrection2, gradientScale] = [0.1, 0.99, 0.5, 0.7].map((x) => tf.scalar(x)) as [
    tf.Scalar,
    tf.Scalar,
    tf.Scalar,
    tf.Scalar,
  ];
  return adamwUpdate(state, gradient, { stepSize, kept, rootCorrection2, gradientScale }, constants);
}

test('a gradient that a product gave in bfloat16 counts as its float32 values', () => {
  const gradient = createRandom(2).normalTensor([37, 19]);
  const [half, whole] = [true, false].map((stays) => {
    const step = compile(
      (x: tf.Tensor) => {
        const rounded = toBfloat16(x);
        const given = stays ? rounded : toFloat32(rounded);
        return { ...update(given), squares: sumOfSquares(given) };
      },
      { precision: 'bf16' },
    );
    const result = step(gradient);
    step.dispose();
    return Object.fromEntries(Object.entries(result).map(([name, tensor]) => [name, tensor.dataSync()]));
  });
  expect(half).toEqual(whole);
});

test('squares are summed in double', () => {
  const x = createRandom(3).normalTensor([100_003]);
  const exact = x.dataSync<'float32'>().reduce((sum, value) => sum + value * value, 0);
  const [sum = NaN] = sumOfSquares(x).dataSync();
  expect(Math.abs(sum - exact)).toBeLessThan(2e-6 * exact);
});
