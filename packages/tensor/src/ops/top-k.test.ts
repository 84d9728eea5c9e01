import { beforeAll, describe, expect, it } from 'vitest';
import { compile, createRandom, startBackend, tf, topK } from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(7);

/** By the definition, in JavaScript. */
function sorted(row: Float32Array, k: number): number[] {
  const places = [...row.keys()];
  return places.sort((a, b) => (row[b] as number) - (row[a] as number) || a - b).slice(0, k);
}

function expectTopK(x: tf.Tensor, k: number): void {
  const [rows, columns] = x.shape as [number, number];
  const data = x.dataSync() as Float32Array;
  const { values, indices, logSums } = topK(x, k, { logSums: true });
  for (let row = 0; row < rows; row++) {
    const numbers = data.subarray(row * columns, (row + 1) * columns);
    const want = sorted(numbers, k);
    expect([...indices.dataSync()].slice(row * k, (row + 1) * k)).toEqual(want);
    expect([...values.dataSync()].slice(row * k, (row + 1) * k)).toEqual(want.map((i) => numbers[i]));
    const logSum = Math.log(numbers.reduce((sum, number) => sum + Math.exp(number), 0));
    expect(logSums.dataSync()[row]).toBeCloseTo(logSum, 4);
  }
}

describe('the k largest of each row', () => {
  it.each([
    [1, 1, 1],
    [3, 7, 2],
    [2, 33, 33],
    [5, 1000, 1],
    [3, 5003, 40],
    [2, 9001, 500],
    [2, 9001, 9000],
  ])('%i rows of %i numbers, the first %i', (rows, columns, k) => {
    expectTopK(random.normalTensor([rows, columns]), k);
  });

  it('equal numbers come by their index, more of them than are wanted, too', () => {
    expectTopK(tf.round(random.normalTensor([3, 6000])), 300);
    expectTopK(tf.ones([2, 6000]), 70);
    expectTopK(tf.tensor2d([[-0, 0, -1, 0, -0]]), 4);
  });

  it('of numbers in steps, rising, falling, and where none but few are finite', () => {
    const steps = Array.from({ length: 8000 }, (_, i) => i % 40);
    expectTopK(tf.tensor2d([steps]), 500);
    expectTopK(tf.tensor2d([[...Array(8000).keys()].map((i) => i / 1e4)]), 200);
    expectTopK(tf.tensor2d([[...Array(8000).keys()].map((i) => -i / 1e4)]), 200);
    const few = Array.from({ length: 6000 }, (_, i) => (i % 100 === 3 ? i / 1e4 : -Infinity));
    expectTopK(tf.tensor2d([few]), 100);
  });

  it('as TensorFlow’s own, recorded or not', () => {
    const x = random.normalTensor([4, 4097]);
    const want = tf.topk(x, 50, true);
    const recorded = compile((x: tf.Tensor) => ({ ...topK(x, 50, { logSums: true }) }));
    for (const { values, indices } of [topK(x, 50), recorded(x)]) {
      expect(indices.arraySync()).toEqual(want.indices.arraySync());
      expect(values.arraySync()).toEqual(want.values.arraySync());
    }
    recorded.dispose();
  });

  it('of products in bf16, which are not widened first', () => {
    const [x, weight] = [random.normalTensor([3, 16]), random.normalTensor([7000, 16])];
    const product = (x: tf.Tensor, weight: tf.Tensor) => tf.matMul(x, weight, false, true);
    const [top, all] = [
      compile((x: tf.Tensor, weight: tf.Tensor) => ({ ...topK(product(x, weight), 90, { logSums: true }) }), {
        precision: 'bf16',
      }),
      compile(product, { precision: 'bf16' }),
    ];
    const [{ values, indices, logSums }, rows] = [top(x, weight), all(x, weight)];
    const data = rows.dataSync() as Float32Array;
    [0, 1, 2].forEach((row) => {
      const numbers = data.subarray(row * 7000, (row + 1) * 7000);
      const want = sorted(numbers, 90);
      expect([...indices.dataSync()].slice(row * 90, (row + 1) * 90)).toEqual(want);
      expect([...values.dataSync()].slice(row * 90, (row + 1) * 90)).toEqual(want.map((i) => numbers[i]));
      const logSum = Math.log(numbers.reduce((sum, number) => sum + Math.exp(number), 0));
      expect(logSums.dataSync()[row]).toBeCloseTo(logSum, 4);
    });
  });

  it('what is not a number shows: it comes first', () => {
    const row = Array.from({ length: 5000 }, (_, i) => (i === 77 || i === 4000 ? NaN : -i));
    const { indices, logSums } = topK(tf.tensor2d([row]), 3, { logSums: true });
    expect(indices.arraySync()).toEqual([[77, 4000, 0]]);
    expect(logSums.dataSync()[0]).toBeNaN();
  });

  it('sums of logits that are too large to be raised to powers', () => {
    const { logSums } = topK(tf.tensor2d([[1000, 1000], [-1000, -1000]]), 1, { logSums: true }); // prettier-ignore
    expect(logSums.dataSync()[0]).toBeCloseTo(1000 + Math.log(2), 3);
    expect(logSums.dataSync()[1]).toBeCloseTo(-1000 + Math.log(2), 3);
  });

  it.each([0, 1.5, 4, NaN])('refuses k = %d of rows of 3', (k) => {
    expect(() => topK(tf.zeros([2, 3]), k)).toThrow(/largest of each row of \[2,3\]/);
  });
});
