import { beforeAll, expect, test } from 'vitest';
import { compile, createRandom, linear, lowRankLinear, startBackend, tf } from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const PRECISIONS = ['f32', 'bf16'] as const;

/** Sizes that fill neither blocks nor registers; `rank` odd has no pairs. */
function inputs(rank: number) {
  const random = createRandom(3);
  return {
    x: random.normalTensor([2, 31, 40]),
    weight: random.normalTensor([530, 40]),
    bias: random.normalTensor([530]),
    down: random.normalTensor([rank, 40]),
    up: random.normalTensor([530, rank]),
    scale: tf.scalar(0.5),
  };
}
type Inputs = ReturnType<typeof inputs>;

const composed = ({ x, weight, bias, down, up, scale }: Inputs) =>
  tf.add(linear(x, weight, bias), linear(tf.mul(linear(x, down), scale), up));
const fused = ({ x, ...weights }: Inputs) => lowRankLinear(x, weights);

const gradientsOf = (fn: (given: Inputs) => tf.Tensor) => (given: Inputs) => {
  const names = Object.keys(given) as (keyof Inputs)[];
  const loss = (...tensors: tf.Tensor[]) =>
    tf.sum(tf.square(fn(Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as Inputs)));
  const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => given[name]));
  return { value, ...Object.fromEntries(names.map((name, i) => [name, grads[i] as tf.Tensor])) };
};

test.each(PRECISIONS.flatMap((precision) => [32, 3].map((rank) => ({ precision, rank }))))(
  'value and gradients are those of products and sums, $precision, rank $rank',
  ({ precision, rank }) => {
    const given = inputs(rank);
    const exact: Record<string, tf.Tensor> = gradientsOf(composed)(given);
    const got: Record<string, tf.Tensor> = compile(gradientsOf(fused), { precision })(given);
    expect(Object.keys(got)).toHaveLength(7);
    for (const [name, tensor] of Object.entries(got)) {
      const want = exact[name] as tf.Tensor;
      const off = tf.norm(tf.sub(tensor, want)).dataSync()[0] ?? NaN;
      expect(off / (tf.norm(want).dataSync()[0] ?? NaN), name).toBeLessThan(
        precision === 'f32' ? 1e-5 : 1e-2,
      );
    }
  },
);

test.each(PRECISIONS)('an adapter of zeros changes no bit, %s', (precision) => {
  const given = { ...inputs(32), up: tf.zeros([530, 32]) };
  const plain = compile(({ x, weight, bias }: Inputs) => linear(x, weight, bias), { precision })(given);
  expect(compile(fused, { precision })(given).dataSync()).toEqual(plain.dataSync());
});
