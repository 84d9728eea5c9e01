import { beforeAll, expect, it } from 'vitest';
import {
  compile,
  createRandom,
  crossEntropy,
  linear,
  linearCrossEntropy,
  startBackend,
  tf,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(9);
const x = () => random.normalTensor([11, 6]);
const weight = () => random.normalTensor([50, 6]);
const targets = () => tf.tensor1d([0, 49, 3, 3, 7, 8, 20, 21, 22, 1, 30], 'int32');

/** The largest difference, relative to the largest number. */
function apart(got: tf.Tensor, want: tf.Tensor): number {
  const largest = (x: tf.Tensor) => tf.max(tf.abs(x)).dataSync()[0] ?? NaN;
  return largest(tf.sub(got, want)) / largest(want);
}

it.each([1, 4, 11, 100])(
  'equals the loss of all logits at once, its gradients too: %i rows at a time',
  (rows) => {
    const [a, b, t] = [x(), weight(), targets()];
    const options = { rowsAtATime: rows };
    const { whole, parts, each } = compile((a: tf.Tensor, b: tf.Tensor) => {
      const all = (a: tf.Tensor, b: tf.Tensor) => crossEntropy(linear(a, b), t);
      const whole = tf.valueAndGrads((a, b) => tf.mul(tf.mean(all(a, b)), 3))([a, b]);
      const parts = tf.valueAndGrads((a, b) => tf.mul(linearCrossEntropy(a, b, t, options).mean, 3))([a, b]);
      return {
        whole: [whole.value, ...whole.grads],
        parts: [parts.value, ...parts.grads],
        each: [linearCrossEntropy(a, b, t, options).each, all(a, b)] as const,
      };
    })(a, b);
    parts.forEach((part, i) => expect(apart(part, whole[i] as tf.Tensor)).toBeLessThan(1e-6));
    expect(apart(...each)).toBeLessThan(1e-6);
  },
);

it('refuses a target that is no class', () => {
  const run = compile((a: tf.Tensor, b: tf.Tensor, t: tf.Tensor) => linearCrossEntropy(a, b, t).mean);
  expect(() => run(x(), weight(), tf.fill([11], 50, 'int32'))).toThrow(
    /target 0 is 50, expected one in \[0, 50\)/,
  );
});
