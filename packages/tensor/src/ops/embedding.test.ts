import { beforeAll, expect, it } from 'vitest';
import { compile, embedding, startBackend, tf } from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

it('takes ids that change from call to call of a compiled function, its gradient, too', () => {
  const run = compile((table: tf.Tensor, ids: tf.Tensor) => {
    const sum = (table: tf.Tensor) => tf.sum(embedding(ids, table));
    return { rows: embedding(ids, table), gradient: tf.grad(sum)(table) };
  });
  const table = tf.tensor([10, 11, 20, 21, 30, 31], [3, 2]);
  const first = run(table, tf.tensor([[2, 0, 2]], [1, 3], 'int32'));
  expect(first.rows.arraySync()).toEqual([
    [
      [30, 31],
      [10, 11],
      [30, 31],
    ],
  ]);
  expect(first.gradient.arraySync()).toEqual([
    [1, 1],
    [0, 0],
    [2, 2],
  ]);
  const second = run(table, tf.tensor([[1, 1, 0]], [1, 3], 'int32'));
  expect(second.gradient.arraySync()).toEqual([
    [1, 1],
    [2, 2],
    [0, 0],
  ]);
});
