import { beforeAll, expect, it } from 'vitest';
import {
  attention,
  compile,
  createRandom,
  crossEntropy,
  gelu,
  layerNorm,
  linear,
  startBackend,
  tf,
} from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const random = createRandom(9);
const inputs = () => ({
  x: random.normalTensor([2, 3, 5, 4]),
  gain: random.normalTensor([4]),
  bias: random.normalTensor([4]),
  weight: random.normalTensor([7, 4]),
});

function lossAndGradients(parameters: ReturnType<typeof inputs>, targets: tf.Tensor): tf.Tensor[] {
  const loss = () => {
    const { x, gain, bias, weight } = parameters;
    const normal = layerNorm(x, { gain, bias }, 1e-5);
    const mixed = attention(normal, normal, gelu(normal), { causal: true });
    const logits = linear(tf.reshape(mixed, [30, 4]), weight);
    return tf.mean(crossEntropy(logits, targets));
  };
  const { value, grads } = tf.engine().gradients(loss, Object.values(parameters));
  return [value, ...grads];
}

it('XLA gives what TensorFlow gives, gradients too, and the same bits twice', () => {
  const parameters = inputs();
  const targets = tf.tensor1d(
    Array.from({ length: 30 }, () => random.integer(0, 6)),
    'int32',
  );
  const expected = compile(lossAndGradients)(parameters, targets);
  const throughXla = compile(lossAndGradients, { xla: true });
  const [first, second] = [throughXla, throughXla].map((fn) => fn(parameters, targets));
  expected.forEach((tensor, i) => {
    const difference = tf.max(tf.abs(tf.sub(first?.[i] as tf.Tensor, tensor))).dataSync()[0] ?? NaN;
    const scale = tf.max(tf.abs(tensor)).dataSync()[0] ?? NaN;
    expect(difference / scale).toBeLessThan(1e-5);
    expect(second?.[i]?.dataSync()).toEqual(first?.[i]?.dataSync());
  });
});

it('XLA is off unless asked for', () => {
  const fn = (x: tf.Tensor) => layerNorm(x, undefined, 1e-5);
  const digest = (xla?: boolean) =>
    compile(fn, xla === undefined ? {} : { xla }).prepare(tf.ones([2, 3]))?.digest;
  expect(digest()).toBe(digest(false));
  expect(digest()).not.toBe(digest(true)); // our own operations, which XLA doesn't know
});
