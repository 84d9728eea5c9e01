import { beforeAll, expect, test } from 'vitest';
import { startBackend, tf } from '../index.ts';
import { divideIntoBuckets, exchangeBuckets } from './buckets.ts';

beforeAll(async () => {
  await startBackend();
});

const LIMITS = { bytes: 40, dtypes: ['float32', 'int32'] } as const;

test('the last tensors go first; a bucket is full at its limit; what is larger goes alone; dtypes stay apart', () => {
  const tensors = [
    tf.zeros([4]), // 0
    tf.zeros([6]), // 1
    tf.zeros([100]), // 2
    tf.zeros([2, 2], 'int32'), // 3
    tf.zeros([0]), // 4: nothing travels
    tf.zeros([7]), // 5
    tf.zeros([3]), // 6
  ];
  expect(divideIntoBuckets(tensors, LIMITS)).toEqual([
    { dtype: 'float32', places: [6, 5] },
    { dtype: 'int32', places: [3] },
    { dtype: 'float32', places: [2] },
    { dtype: 'float32', places: [1, 0] },
  ]);
  expect(() => divideIntoBuckets([tf.zeros([1], 'bool')], LIMITS)).toThrow(
    /tensor 0 is of bool; .* float32, int32/,
  );
});

test('what comes back has its shape and place', () => {
  const before = tf.memory().numTensors;
  const tensors = [
    tf.tensor([
      [1, 2],
      [3, 4],
    ]),
    tf.scalar(5),
    tf.zeros([0, 2]),
    tf.tensor([6, 7, 8]),
  ];
  const buckets = divideIntoBuckets(tensors, { ...LIMITS, bytes: 16 });
  const sent: number[][] = [];
  const results = exchangeBuckets(tensors, buckets, (vector) => {
    sent.push([...vector.dataSync()]);
    return tf.mul(vector, 10);
  });
  expect(sent).toEqual([
    [6, 7, 8, 5],
    [1, 2, 3, 4],
  ]);
  expect(results.map((tensor) => tensor.arraySync())).toEqual([
    [
      [10, 20],
      [30, 40],
    ],
    50,
    [],
    [60, 70, 80],
  ]);
  tf.dispose([...tensors, ...results]);
  expect(tf.memory().numTensors).toBe(before);
});
