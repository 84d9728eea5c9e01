import { memoryUse, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { TINY_CONFIG, TINY_STATISTICS, tinyModel, tinyWindows } from '../tiny-model.test.fixture.ts';
import type { TinyBatch } from '../tiny-model.test.fixture.ts';
import { disposeNamed, nameParameters, partition } from '../parameters/parameters.ts';
import { ADAMW_DEFAULTS } from './adamw.ts';
import { createTrainStep, initialState } from './train-step.ts';

beforeAll(async () => {
  await startBackend();
});

async function tinyBatch(seed: number, size = 4): Promise<TinyBatch> {
  const windows = [];
  for await (const window of tinyWindows(seed)()) {
    if (windows.push(window) === size) break;
  }
  return tinyModel.toBatch(TINY_CONFIG, TINY_STATISTICS, windows);
}

function tinyState(seed: number, step = 0) {
  const trains = (path: string) => tinyModel.trainable(TINY_CONFIG, path);
  const { kept, rest } = partition(nameParameters(tinyModel.init(TINY_CONFIG, seed)), trains);
  return { ...initialState(kept, rest), step };
}

function countedStep() {
  const counter = { recordings: 0 };
  const step = createTrainStep<TinyBatch>({
    loss: (parameters, batch) => {
      counter.recordings++;
      return tinyModel.loss(TINY_CONFIG, parameters, batch);
    },
    adamw: ADAMW_DEFAULTS,
    maxGradientNorm: 1,
  });
  return { step, counter };
}

test('another seed, step number and rate give the same recording: no number is frozen', async () => {
  const [a, b] = [countedStep(), countedStep()];
  const first = a.step.prepare(tinyState(1), await tinyBatch(1), 0.1);
  const second = b.step.prepare(tinyState(2, 1234), await tinyBatch(2), 3e-4);
  expect(first?.digest).toMatch(/./);
  expect(second?.digest).toBe(first?.digest);
  const clipped = createTrainStep<TinyBatch>({
    loss: (parameters, batch) => tinyModel.loss(TINY_CONFIG, parameters, batch),
    adamw: ADAMW_DEFAULTS,
    maxGradientNorm: 2,
  });
  const other = clipped.prepare(tinyState(1), await tinyBatch(1), 0.1);
  expect(other?.digest).not.toBe(first?.digest); // the digest does tell a frozen number
  for (const each of [a.step, b.step, clipped]) each.dispose();
});

test('it is recorded once for each shape of batch, and steps depend on step number and rate', async () => {
  const { step, counter } = countedStep();
  let state = tinyState(1);
  for (const rate of [0, 0.1, 0.2]) {
    const weight = state.trainable['layer.weight']?.arraySync();
    ({ state } = step(state, await tinyBatch(state.step), rate));
    if (rate === 0) expect(state.trainable['layer.weight']?.arraySync()).toEqual(weight);
    else expect(state.trainable['layer.weight']?.arraySync()).not.toEqual(weight);
  }
  expect(state.step).toBe(3);
  expect(counter.recordings).toBe(1);
  step(state, await tinyBatch(1, 2), 0.1);
  expect(counter.recordings).toBe(2);
  step.dispose();
});

test('a step disposes the state it was given, and nothing else', async () => {
  const { step } = countedStep();
  const batch = await tinyBatch(1);
  let state = tinyState(1);
  ({ state } = step(state, batch, 0.1));
  const before = memoryUse();
  for (let i = 0; i < 3; i++) ({ state } = step(state, batch, 0.1));
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
  expect(batch.x.isDisposed).toBe(false);
  expect(state.frozen['frozen.offset']?.isDisposed).toBe(false);
  for (const named of [state.trainable, state.frozen, state.moments.first, state.moments.second]) {
    disposeNamed(named);
  }
  tf.dispose([batch.x, batch.y]);
  step.dispose();
});

test('a batch in parts gives the step of the whole, and leaves nothing behind', async () => {
  const { step } = countedStep();
  const whole = await tinyBatch(1, 6);
  const parts = [0, 2, 4].map((start) => ({
    x: tf.slice(whole.x, [start, 0], [2, -1]),
    y: tf.slice(whole.y, [start, 0], [2, -1]),
  }));
  const last = parts.pop() as TinyBatch;
  const at = (name: string, of: ReturnType<typeof tinyState>) => of.trainable[name]?.dataSync() ?? [];
  const together = step(tinyState(1, 9), whole, 0.1);
  const apart = step(tinyState(1, 9), last, 0.1, parts);
  for (const name of ['layer.weight', 'layer.bias']) {
    at(name, apart.state).forEach((value, i) => {
      expect(value).toBeCloseTo(at(name, together.state)[i] ?? NaN, 6);
    });
  }
  for (const name of ['loss', 'gradientNorm', 'bias', 'rate'])
    expect(apart.logs[name]).toBeCloseTo(together.logs[name] ?? NaN, 5);
  const before = memoryUse();
  let { state } = apart;
  for (let i = 0; i < 3; i++) ({ state } = step(state, last, 0.1, parts));
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
  step.dispose();
});

test('nothing to train is an error', () => {
  expect(() => initialState({}, {})).toThrow(expect.objectContaining({ code: 'NOTHING_TRAINS' }));
});
