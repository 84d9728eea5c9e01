import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { streamSafetensors, tensorOf } from '@borealis/safetensors';
import { startBackend, storageDtype, tf, toBfloat16 } from '@borealis/tensor';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { countParameters, mapNamed, nameParameters, nestParameters, partition } from './parameters.ts';
import { fromLoaded, fromStored, toStored } from './stored-parameters.ts';
import { tensorReader } from './tensor-reader.ts';
import { tensorSources } from './tensor-sources.ts';

beforeAll(async () => {
  await startBackend();
});

const nested = () => ({
  layers: { 0: { weight: tf.ones([2, 3]), bias: tf.zeros([2]) }, 1: { weight: tf.ones([1, 2]) } },
  scale: tf.scalar(2),
});

test('names are dotted paths; nesting undoes naming', () => {
  const parameters = nested();
  const named = nameParameters(parameters);
  expect(Object.keys(named)).toEqual(['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'scale']);
  expect(nestParameters(named)).toEqual(parameters);
  expect(countParameters(parameters)).toBe(6 + 2 + 2 + 1);
});

test('partition and map keep order and tensors', () => {
  const named = nameParameters(nested());
  const { kept, rest } = partition(named, (path) => path.endsWith('weight'));
  expect(Object.keys(kept)).toEqual(['layers.0.weight', 'layers.1.weight']);
  expect(Object.keys(rest)).toEqual(['layers.0.bias', 'scale']);
  expect(kept['layers.1.weight']).toBe(named['layers.1.weight']);
  expect(mapNamed(rest, (tensor) => tf.add(tensor, 1))['scale']?.dataSync()[0]).toBe(3);
});

test('stored and read back, floats and integers', () => {
  const named = { a: tf.tensor([1.5, -0, NaN, 1e-40], [2, 2]), 'b.c': tf.tensor([1, -2], [2], 'int32') };
  const stored = toStored(named);
  expect([...stored].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['a', 'F32', [2, 2]],
    ['b.c', 'I32', [2]],
  ]);
  const back = fromStored(stored, named);
  for (const name of ['a', 'b.c'] as const) {
    expect(back[name]?.dtype).toBe(named[name].dtype);
    expect(back[name]?.dataSync()).toEqual(named[name].dataSync()); // tells -0 from 0
  }
});

test('sources give what is stored, as it is held, when asked', async () => {
  const half = toBfloat16(tf.tensor([1, 1 / 3]));
  const named = { a: tf.tensor([1.5, 2], [2]), b: tf.tensor([1], [1], 'int32'), half };
  const sources = tensorSources(named, 'first.');
  expect(sources.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['first.a', 'F32', [2]],
    ['first.b', 'I32', [1]],
    ['first.half', 'BF16', [2]],
  ]);
  const path = join(await mkdtemp(join(tmpdir(), 'borealis-training-')), 'a');
  onTestFinished(() => rm(dirname(path), { recursive: true }));
  await streamSafetensors(path, sources);
  const loaded = await tensorReader.read(path, 'params');
  const template = { 'first.half': half, 'first.b': named.b, 'first.a': named.a };
  const back = fromLoaded(loaded, template);
  expect(Object.keys(back)).toEqual(Object.keys(template));
  for (const [name, tensor] of Object.entries(template)) {
    expect(back[name]?.dataSync()).toEqual(tensor.dataSync());
    expect(storageDtype(back[name] as tf.Tensor)).toBe(storageDtype(tensor));
  }
  expect(() => fromLoaded(loaded, { ...template, 'first.b': tf.ones([1]) })).toThrow(
    /first.b \[1\] is stored as int32, the model's is float32/,
  );
});

test.each([
  [
    'PARAMETER_UNEXPECTED',
    [
      ['a', [2]],
      ['b', [1]],
    ],
    /^b is stored/,
  ],
  ['PARAMETER_MISSING', [], /^a \[2\] is not stored/],
  ['PARAMETER_SHAPE', [['a', [1, 2]]], /^a is stored as \[1,2\], the model's is \[2\]/],
] as [string, [string, number[]][], RegExp][])('%s', (code, shapes, message) => {
  const stored = new Map(
    shapes.map(([name, shape]) => [name, tensorOf(new Float32Array(shape.at(-1) ?? 0), shape)]),
  );
  expect(() => fromStored(stored, { a: { shape: [2], dtype: 'float32' } })).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
