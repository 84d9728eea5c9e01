import { compile, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { NamedTensors, Parameters } from './parameters.ts';
import { nameParameters } from './parameters.ts';
import { valueAndGradients } from './value-and-gradients.ts';

beforeAll(async () => {
  await startBackend();
});

function loss(parameters: Parameters, { x }: { readonly x: tf.Tensor }) {
  const p = nameParameters(parameters);
  const hidden = tf.tanh(tf.add(tf.matMul(x, p['in.weight'] as tf.Tensor), p['in.bias'] as tf.Tensor));
  const out = tf.mul(tf.matMul(hidden, p['out.weight'] as tf.Tensor), p['scale'] as tf.Tensor);
  return { loss: tf.mean(tf.square(out)), logs: { largest: tf.max(out) } };
}

const values: Record<string, [number[], number[]]> = {
  'in.weight': [
    [0.3, -0.2, 0.5, 0.1, 0.7, -0.4],
    [2, 3],
  ],
  'in.bias': [[0.1, -0.3, 0.2], [3]],
  'out.weight': [
    [0.6, -0.5, 0.4],
    [3, 1],
  ],
  unused: [[1, 2], [2]],
};

function inputs(changed?: { readonly name: string; readonly index: number; readonly by: number }) {
  const trainable = Object.fromEntries(
    Object.entries(values).map(([name, [data, shape]]) => {
      const moved = data.map((value, i) =>
        changed?.name === name && changed.index === i ? value + changed.by : value,
      );
      return [name, tf.tensor(moved, shape)];
    }),
  );
  const batch = { x: tf.tensor([0.5, -1, 1.5, 0.25], [2, 2]) };
  return { trainable, frozen: { scale: tf.scalar(1.5) }, batch };
}

test.each([
  ['compiled', true],
  ['op by op', false],
])('gradients agree with central differences, %s', (_, compiles) => {
  const plain = (given: ReturnType<typeof inputs>) => {
    const { loss: value, gradients, logs } = valueAndGradients(loss, given);
    return { loss: value, gradients, logs };
  };
  const compiled = compile(plain);
  const { gradients, logs, loss: value } = (compiles ? compiled : plain)(inputs());
  expect(Object.keys(gradients)).toEqual(Object.keys(values));
  expect(gradients).not.toHaveProperty('scale');
  expect(logs['largest']?.dataSync()).toHaveLength(1);
  const lossOf = (given: ReturnType<typeof inputs>): number =>
    loss({ ...nest(given.trainable), ...given.frozen }, given.batch).loss.dataSync()[0] ?? NaN;
  expect(value.dataSync()[0]).toBeCloseTo(lossOf(inputs()), 6);
  const h = 1e-2;
  for (const [name, [data, shape]] of Object.entries(values)) {
    expect(gradients[name]?.shape).toEqual(shape);
    const got = gradients[name]?.dataSync() ?? [];
    data.forEach((_value, index) => {
      const [up, down] = [h, -h].map((by) => lossOf(inputs({ name, index, by })));
      expect(got[index], `${name}[${index}]`).toBeCloseTo(((up ?? NaN) - (down ?? NaN)) / (2 * h), 3);
    });
  }
  expect([...(gradients['unused']?.dataSync() ?? [])]).toEqual([0, 0]);
  compiled.dispose();
});

/** The loss above names parameters itself, so a flat record will do. */
function nest(named: NamedTensors): Parameters {
  return named;
}
