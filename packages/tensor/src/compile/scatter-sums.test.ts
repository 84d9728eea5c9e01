import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { startBackend } from '../backend/start-backend.ts';
import { embedding } from '../ops/embedding.ts';
import { linear } from '../ops/linear.ts';
import { operationTimes } from '../profile/operation-times.ts';
import { profile } from '../profile/profile.ts';
import { createRandom } from '../random/random.ts';
import type { Precision } from './recorder.ts';
import { compile } from './compile.ts';

beforeAll(async () => {
  await startBackend();
});

/** A table that is looked up, twice in one row, and multiplied with. */
function gradientOfTied(table: tf.Tensor): tf.Tensor {
  const ids = tf.tensor1d([1, 4, 1], 'int32');
  return tf.grad((table: tf.Tensor) => tf.sum(tf.square(linear(embedding(ids, table), table))))(table);
}

test.each([
  ['f32', 1e-6],
  ['bf16', 2e-2],
] satisfies [Precision, number][])(
  'rows are added into the other gradient of a tied table, in %s',
  async (precision, tolerance) => {
    const table = createRandom(1).normalTensor([6, 3]);
    const expected = gradientOfTied(table).dataSync();
    const compiled = compile(gradientOfTied, { precision });
    compiled(table);
    const { result, trace } = await profile(() => compiled(table));
    const found = result.dataSync();
    const largest = Math.max(...expected.map(Math.abs));
    expected.forEach((value, i) => {
      expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThan(tolerance * largest);
    });
    const ran = operationTimes(trace)
      .map(({ name }) => name)
      .join('\n');
    expect(ran).toContain('TensorScatterAdd');
    expect(ran).not.toContain('UnsortedSegmentSum');
    compiled.dispose();
  },
);

test('a sum that is used elsewhere, too, is still made', () => {
  const compiled = compile((x: tf.Tensor, rows: tf.Tensor) => {
    const sum = tf.unsortedSegmentSum(rows, tf.tensor1d([0, 2], 'int32'), 3);
    return { sum, both: tf.add(tf.square(x), sum) };
  });
  const { sum, both } = compiled(tf.fill([3, 2], 3), tf.ones([2, 2]));
  expect([...sum.dataSync()]).toEqual([1, 1, 0, 0, 1, 1]);
  expect([...both.dataSync()]).toEqual([10, 10, 9, 9, 10, 10]);
  compiled.dispose();
});
