import { beforeAll, expect, it } from 'vitest';
import { compile, createRandom, startBackend, tf } from '../index.ts';
import { randomGraph } from './random-graph.test.fixture.ts';

/** 1,000 take a minute: `BOREALIS_RANDOM_GRAPHS=1000` runs them all. */
const GRAPHS = Number(process.env['BOREALIS_RANDOM_GRAPHS'] ?? 200);
const TOLERANCE = 1e-5;
/** Gradients smaller than this are sums that cancel, of which only rounding is left: differences count absolutely. */
const SMALLEST_SCALE = 1e-3;

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

function difference(actual: tf.Tensor, expected: tf.Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.dataSync(), expected.dataSync()];
  let [largest, scale] = [0, SMALLEST_SCALE];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? NaN, b[i] ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) return Infinity;
    largest = Math.max(largest, Math.abs(x - y));
    scale = Math.max(scale, Math.abs(y));
  }
  return largest / scale;
}

it(
  `${GRAPHS} random graphs with gradients: recorded and replayed, twice the same bits, and those of plain execution`,
  { timeout: 600_000 },
  () => {
    const random = createRandom(2024);
    const before = tf.memory().numTensors;
    let worst = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const { inputs, lossAndGradients, operations } = randomGraph(random.fork(`graph ${i}`));
      const compiled = compile(lossAndGradients);
      tf.tidy(() => {
        const expected = lossAndGradients(...inputs);
        const [first, second] = [compiled(...inputs), compiled(...inputs)];
        expected.forEach((tensor, j) => {
          const off = difference(first[j] as tf.Tensor, tensor);
          worst = Math.max(worst, off);
          expect(off, `graph ${i} (${operations.join(', ')}), result ${j}`).toBeLessThan(TOLERANCE);
          expect(second[j]?.dataSync()).toEqual(first[j]?.dataSync());
        });
      });
      compiled.dispose();
      tf.dispose([...inputs]);
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(worst).toBeGreaterThan(0); // two ways were compared
  },
);
