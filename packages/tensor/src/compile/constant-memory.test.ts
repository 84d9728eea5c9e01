import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, it } from 'vitest';
import { compile, createRandom, gelu, linear, memoryUse, recompute, startBackend, tf } from '../index.ts';

const STEPS = 1000;
/** The smallest tensor of the state takes as much in as many steps. */
const MOST_GROWTH = 64 * 16 * 4 * STEPS * 0.25;

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

interface State {
  readonly [name: string]: tf.Tensor;
  readonly up: tf.Tensor;
  readonly down: tf.Tensor;
  readonly upMoment: tf.Tensor;
  readonly downMoment: tf.Tensor;
}

/** Loss, gradients with a recomputed layer, and momentum. */
function trainingStep(
  { up, down, upMoment, downMoment }: State,
  x: tf.Tensor,
  y: tf.Tensor,
  rate: tf.Tensor,
) {
  const hidden = recompute((x: tf.Tensor, up: tf.Tensor) => gelu(linear(x, up)));
  const lossOf = (up: tf.Tensor, down: tf.Tensor) =>
    tf.mean(tf.squaredDifference(linear(hidden(x, up), down), y));
  const { value: loss, grads } = tf.valueAndGrads(lossOf)([up, down]);
  const [first, second] = [upMoment, downMoment].map((moment, i) =>
    tf.add(tf.mul(moment, 0.9), grads[i] as tf.Tensor),
  ) as [tf.Tensor, tf.Tensor];
  const next = {
    up: tf.sub(up, tf.mul(first, rate)),
    down: tf.sub(down, tf.mul(second, rate)),
    upMoment: first,
    downMoment: second,
  };
  return { loss, next };
}

/** The least of some looks: other parts of the process come and go. */
function settledUse(collectGarbage: () => void) {
  const looks = Array.from({ length: 4 }, () => {
    collectGarbage();
    return memoryUse();
  });
  const nativeBytes = Math.min(...looks.map(({ nativeBytes }) => nativeBytes ?? NaN));
  return { ...memoryUse(), nativeBytes };
}

it.each([
  ['old state disposed by the caller', []],
  ['state donated', [0]],
])(`${STEPS} compiled training steps leave nothing behind: %s`, (_, donate) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const random = createRandom(1);
  const step = compile(trainingStep, { donate });
  let state: State = {
    up: random.normalTensor([64, 16], 0.1),
    down: random.normalTensor([8, 64], 0.1),
    upMoment: tf.zeros([64, 16]),
    downMoment: tf.zeros([8, 64]),
  };
  const run = (count: number) => {
    for (let i = 0; i < count; i++) {
      const inputs = [random.normalTensor([32, 16]), random.normalTensor([32, 8]), tf.scalar(0.01)] as const;
      const { loss, next } = step(state, ...inputs);
      if (donate.length === 0) tf.dispose(Object.values(state));
      tf.dispose([...inputs, loss]);
      state = next;
    }
  };
  run(50);
  const before = settledUse(collectGarbage);
  run(STEPS);
  const after = settledUse(collectGarbage);
  expect(after.tensors).toBe(before.tensors);
  expect(after.tensorBytes).toBe(before.tensorBytes);
  expect(after.nativeTensors).toBe(before.nativeTensors);
  expect(after.nativeBytes - before.nativeBytes).toBeLessThan(MOST_GROWTH);
  step.dispose();
  tf.dispose(Object.values(state));
});
