import { memoryUse, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { createEmaUpdate } from './ema.ts';
import type { NamedTensors } from './parameters/parameters.ts';
import { disposeNamed } from './parameters/parameters.ts';

beforeAll(async () => {
  await startBackend();
});

test('moves by 1 − decay towards the parameters, and disposes the average before', () => {
  const update = createEmaUpdate(0.75);
  const parameters = { a: tf.tensor([4, -8]), 'b.c': tf.tensor([[1]]) };
  let average: NamedTensors = { a: tf.tensor([0, 0]), 'b.c': tf.tensor([[1]]) };
  average = update(average, parameters);
  const before = memoryUse();
  average = update(average, parameters);
  expect([...(average['a']?.dataSync() ?? [])]).toEqual([1.75, -3.5]);
  expect(average['b.c']?.arraySync()).toEqual([[1]]);
  expect(memoryUse()).toMatchObject({ tensors: before.tensors, nativeTensors: before.nativeTensors });
  expect(parameters.a.isDisposed).toBe(false);
  disposeNamed(average);
  disposeNamed(parameters);
  update.dispose();
});
