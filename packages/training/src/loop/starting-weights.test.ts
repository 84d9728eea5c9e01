import { memoryUse, startBackend, storageDtype, tf, toBfloat16 } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { NamedTensors } from '../parameters/parameters.ts';
import { disposeNamed } from '../parameters/parameters.ts';
import { startFrom } from './starting-weights.ts';

beforeAll(async () => {
  await startBackend();
});

const form = (...shape: number[]) => ({ shape, dtype: 'float32' });
const shapes = { 'base.weight': form(2, 2), 'head.weight': form(2), 'adapter.weight': form(2) };

/** As a model that draws what it is asked for. */
const draw = (only: (path: string) => boolean): NamedTensors =>
  Object.fromEntries(
    Object.entries(shapes)
      .filter(([path]) => only(path))
      .map(([path, { shape }]) => [path, tf.zeros(shape)]),
  );

const from = (weights: NamedTensors) => ({
  location: 'models/base',
  load: () => Promise.resolve(new Map(Object.entries(weights))),
});

const model = { shapes, draw, trainable: (path: string) => path !== 'base.weight' };

test('weights that are there replace those that were drawn; frozen ones stay as they are held', async () => {
  const before = memoryUse().tensors;
  const [whole, wholeHead] = [tf.ones([2, 2]), tf.tensor1d([3, 4])];
  const weights = { 'base.weight': toBfloat16(whole), 'head.weight': toBfloat16(wholeHead) };
  tf.dispose([whole, wholeHead]);
  const { parameters, report } = await startFrom(from(weights), model);
  expect(report).toEqual({ location: 'models/base', loaded: 2, fresh: ['adapter.weight'] });
  const held = Object.entries(parameters).map(([name, tensor]) => [name, storageDtype(tensor)]);
  expect(held).toEqual([
    ['base.weight', 'bfloat16'],
    ['head.weight', 'float32'],
    ['adapter.weight', 'float32'],
  ]);
  expect([...(parameters['head.weight']?.dataSync() ?? [])]).toEqual([3, 4]);
  expect([...(parameters['adapter.weight']?.dataSync() ?? [])]).toEqual([0, 0]);
  disposeNamed(parameters);
  expect(memoryUse().tensors).toBe(before);
});

test.each([
  [
    { 'other.weight': [2] },
    'PARAMETER_UNEXPECTED',
    /models\/base holds other\.weight, but the model has no such/,
  ],
  [{ 'head.weight': [3] }, 'PARAMETER_SHAPE', /head\.weight as float32 \[3\], the model's is float32 \[2\]/],
])('weights that don’t fit: %j', async (shapes, code, message) => {
  const before = memoryUse().tensors;
  const weights = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, tf.zeros(shape)]));
  await expect(startFrom(from(weights), model)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(memoryUse().tensors).toBe(before);
});
