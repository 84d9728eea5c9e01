import { beforeAll, expect, test } from 'vitest';
import { activeInterception } from '../backend/active-backend.ts';
import type { AdamWState } from '../index.ts';
import { adamwUpdate, compile, linear, operationTimes, profile, startBackend, tf } from '../index.ts';

beforeAll(async () => {
  await startBackend({ backend: 'tensorflow' });
});

const constants = { beta1: 0.9, beta2: 0.99, eps: 1e-8 };
const start = [1, -2, 3, -4];

const update = (state: AdamWState, gradient: tf.Tensor): AdamWState => {
  const scalars = {
    stepSize: tf.scalar(0.1),
    kept: tf.scalar(0.99),
    rootCorrection2: tf.scalar(0.1),
    gradientScale: tf.scalar(0.5),
  };
  return adamwUpdate(state, gradient, scalars, constants);
};
const computed = (x: tf.Tensor) => tf.mul(x, 1); // in memory of TensorFlow's
const fresh = () => ({
  parameter: computed(tf.tensor(start)),
  first: computed(tf.zeros([4])),
  second: computed(tf.zeros([4])),
});
const gradient = () => tf.tensor([4, 3, 2, 1]);
const valuesOf = (state: AdamWState) => Object.values(state).map((t: tf.Tensor) => [...t.dataSync()]);

test('donated state is updated where it lies, to what a copying update gives', () => {
  const copying = compile(update)(fresh(), gradient());
  const state = fresh();
  const interception = activeInterception();
  if (interception === undefined) throw new Error('the extension is needed');
  const [id = 0] = interception.backend.getInputTensorIds([state.parameter]);
  const sameMemory = interception.native.retainTensor(id);
  const next = compile(update, { donate: [0] })(state, gradient());
  expect(valuesOf(next)).toEqual(valuesOf(copying));
  expect([...interception.native.tensorDataSync(sameMemory)]).toEqual([...next.parameter.dataSync()]);
  interception.native.deleteTensor(sameMemory);
  expect(state.parameter.isDisposed && state.first.isDisposed && state.second.isDisposed).toBe(true);
});

test('gradients that nobody asked for are not computed for the update’s sake', async () => {
  const [frozen, x] = [tf.ones([4, 4]), tf.ones([3, 4])];
  const step = compile(
    (state: AdamWState) => {
      const lossOf = (parameter: tf.Tensor) => tf.sum(linear(tf.mul(x, parameter), frozen));
      return update(state, tf.grad(lossOf)(state.parameter));
    },
    { donate: [0] },
  );
  const { result, trace } = await profile(() => step(fresh()));
  expect(operationTimes(trace).filter(({ name }) => name.startsWith('MatMul (backward)'))[0]?.count).toBe(1);
  tf.dispose(Object.values(result));
});

test('who else holds the memory does not see it change', () => {
  const step = compile(update, { donate: [0] });
  const state = fresh();
  const clone = tf.clone(state.parameter);
  const view = tf.reshape(state.first, [2, 2]);
  step(state, gradient());
  expect([...clone.dataSync()]).toEqual(start);
  expect([...view.dataSync()]).toEqual([0, 0, 0, 0]);

  const captured = fresh();
  const reader = compile((x: tf.Tensor) => tf.add(x, captured.parameter));
  reader(tf.zeros([4]));
  step(captured, gradient());
  expect([...reader(tf.zeros([4])).dataSync()]).toEqual(start);

  const passed = fresh();
  const passOn = compile((x: tf.Tensor) => ({ same: x }));
  const { same } = passOn(passed.parameter);
  step(passed, gradient());
  expect([...same.dataSync()]).toEqual(start);
});

test('typed arrays that tensors were made of do not change', () => {
  const step = compile(update, { donate: [0] });
  // TensorFlow takes a tensor's memory from the array where it happens to be aligned.
  const arrays = Array.from({ length: 32 }, () => Float32Array.from(start));
  for (const array of arrays) {
    const state = { parameter: tf.tensor(array), first: tf.zeros([4]), second: tf.zeros([4]) };
    tf.dispose(Object.values(step(state, gradient())));
  }
  for (const array of arrays) expect([...array]).toEqual(start);
});

test('what is recorded before the update reads the old values, whatever runs first', () => {
  const step = compile(
    (state: AdamWState, slope: tf.Tensor) => {
      const before = tf.sum(tf.mul(state.parameter, 1));
      return { ...update(state, slope), before };
    },
    { donate: [0] },
  );
  for (let i = 0; i < 20; i++) expect(step(fresh(), gradient()).before.dataSync()[0]).toBe(-2);
});

test('reading a donated argument after its update is an error that says so', () => {
  const step = compile(
    (state: AdamWState, slope: tf.Tensor) => {
      const view = tf.reshape(state.parameter, [2, 2]);
      return { ...update(state, slope), after: tf.sum(view) };
    },
    { donate: [0] },
  );
  expect(() => step(fresh(), gradient())).toThrow(/reads a donated argument after it was overwritten/);
});
