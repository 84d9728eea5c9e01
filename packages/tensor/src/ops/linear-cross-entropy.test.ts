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

it.each([1, 4, 11, 100])(
  'equals the loss of all logits at once, its gradients too: %i rows at a time',
  (rowsAtATime) => {
    const [a, b, t] = [x(), weight(), targets()];
    const both = compile((a: tf.Tensor, b: tf.Tensor) => {
      const whole = tf.valueAndGrads((a, b) => tf.mul(tf.mean(crossEntropy(linear(a, b), t)), 3))([a, b]);
      const parts = tf.valueAndGrads((a, b) => tf.mul(linearCrossEntropy(a, b, t, { rowsAtATime }), 3))([
        a,
        b,
      ]);
      return { whole: [whole.value, ...whole.grads], parts: [parts.value, ...parts.grads] };
    })(a, b);
    both.parts.forEach((part, i) => {
      const apart = tf.max(tf.abs(tf.sub(part, both.whole[i] as tf.Tensor))).dataSync()[0];
      expect(apart).toBeLessThan(1e-6);
    });
  },
);

it('refuses a target that is no class', () => {
  const run = compile((a: tf.Tensor, b: tf.Tensor, t: tf.Tensor) => linearCrossEntropy(a, b, t));
  expect(() => run(x(), weight(), tf.fill([11], 50, 'int32'))).toThrow(
    /target 0 is 50, expected one in \[0, 50\)/,
  );
});
