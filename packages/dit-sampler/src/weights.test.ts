import { startTrainingBackend, tf } from '@borealis/tensor';
import { disposeNamed, nameParameters } from '@borealis/training';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { DitSamplerConfig } from './config.ts';
import { init } from './init.ts';
import { tiny } from './tiny.test.fixture.ts';
import { loadWeights, publishedName, publishedShapes, storeWeights } from './weights.ts';

beforeAll(async () => {
  await startTrainingBackend();
});
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});

const config: DitSamplerConfig = {
  ...tiny,
  layers: 1,
  lora: { rank: 2, alpha: 4, dropout: 0, layers: 'all' },
};

/** Wan2.2 wan/modules/model.py: every parameter of a model of one layer. */
const ORIGINAL_LAYERS = [
  ...['patch_embedding', 'text_embedding.0', 'text_embedding.2', 'time_embedding.0', 'time_embedding.2'],
  ...['time_projection.1', 'head.head', 'blocks.0.norm3', 'blocks.0.ffn.0', 'blocks.0.ffn.2'],
  ...['self_attn', 'cross_attn'].flatMap((part) =>
    ['q', 'k', 'v', 'o'].map((map) => `blocks.0.${part}.${map}`),
  ),
];
const ORIGINAL = [
  ...ORIGINAL_LAYERS.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]),
  ...['self_attn', 'cross_attn'].flatMap((part) =>
    ['norm_q', 'norm_k'].map((norm) => `blocks.0.${part}.${norm}.weight`),
  ),
  ...['head.modulation', 'blocks.0.modulation'],
];

test('the original names are the same parameters, each once', () => {
  expect(ORIGINAL.map(publishedName).sort()).toEqual(Object.keys(publishedShapes(config)).sort());
});

test('what is stored loads again, adapters and states included', () => {
  const parameters = nameParameters(init(config, 1));
  const stored = storeWeights(config, init(config, 1));
  expect(stored['patch_embedding.weight']?.shape).toEqual([16, 3, 1, 2, 2]);
  const loaded = nameParameters(loadWeights(config, new Map(Object.entries(stored))));
  expect(Object.keys(loaded).sort()).toEqual(Object.keys(parameters).sort());
  for (const [name, tensor] of Object.entries(parameters)) {
    expect(loaded[name]?.shape, name).toEqual(tensor.shape);
    expect(loaded[name]?.dataSync(), name).toEqual(tensor.dataSync());
  }
});

test('a published checkpoint in the original layout: states and adapters are made anew', () => {
  const shapes = publishedShapes(config);
  const stored = new Map(
    ORIGINAL.map((name) => [name, tf.fill([...(shapes[publishedName(name)] ?? [])], 0.5)]),
  );
  const loaded = nameParameters(loadWeights(config, stored, 4));
  const fresh = nameParameters(init(config, 4));
  expect(Object.keys(loaded).sort()).toEqual(Object.keys(fresh).sort());
  expect(loaded['blocks.0.norm2.weight']?.dataSync()[0]).toBe(0.5);
  for (const name of ['state_conditioner.mlp.0.weight', 'blocks.0.attn2.to_k.lora_A.weight']) {
    expect(loaded[name]?.dataSync(), name).toEqual(fresh[name]?.dataSync());
  }
  disposeNamed(loaded);
  disposeNamed(fresh);
  expect(tf.memory().numTensors).toBe(tensors); // the kernel was transposed and let go
});

const stored = () => {
  const shapes = Object.entries(publishedShapes(config));
  return new Map(shapes.map(([name, shape]) => [name, tf.zeros([...shape])]));
};

test.each([
  [
    'a tensor that is missing',
    (all: Map<string, tf.Tensor>) => all.delete('proj_out.bias'),
    /proj_out\.bias is not/,
  ],
  ['one too many', (all: Map<string, tf.Tensor>) => all.set('x.weight', tf.zeros([1])), /no such parameter/],
  [
    'another shape',
    (all: Map<string, tf.Tensor>) => all.set('proj_out.bias', tf.zeros([7])),
    /another preset/,
  ],
  [
    'both layouts at once',
    (all: Map<string, tf.Tensor>) => all.set('head.head.bias', tf.zeros([12])),
    /mixed/,
  ],
])('%s is an error', (_, change, message) => {
  const all = stored();
  change(all);
  expect(() => loadWeights(config, all)).toThrow(message);
});
