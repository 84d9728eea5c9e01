import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSafetensors, tensorOf } from '@borealis/safetensors';
import { compile, createRandom, startTrainingBackend, tf } from '@borealis/tensor';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { NamedTensors, Parameters } from '../parameters/parameters.ts';
import { disposeNamed, nameParameters, nestParameters } from '../parameters/parameters.ts';
import { attachLora, mergeLora, splitLora, unmergeLora } from './lora-adapter.ts';
import type { LoraConfig } from './lora-config.ts';
import type { LinearLayer } from './lora-linear.ts';
import { loraLinear } from './lora-linear.ts';
import { readLora } from './read-lora.ts';
import { withLora } from './with-lora.ts';
import { writeLora } from './write-lora.ts';

// Numbers are held to peft's and diffusers' by `borealis verify goldens` (lora_linear, lora_dit).

beforeAll(async () => {
  await startTrainingBackend();
});
let tensors = 0;
beforeEach(() => {
  tensors = tf.memory().numTensors;
});

const config: LoraConfig = { rank: 2, alpha: 6, dropout: 0, layers: 'all' };

function model(): Parameters {
  const random = createRandom(1);
  return nestParameters({
    'blocks.0.attn1.to_q.weight': random.normalTensor([4, 3]),
    'blocks.0.attn1.to_q.bias': random.normalTensor([4]),
    'blocks.0.attn2.to_q.weight': random.normalTensor([4, 3]),
    'blocks.0.norm.weight': random.normalTensor([3]),
    'new.weight': random.normalTensor([4, 3]),
  });
}

/** With factors of which none is zero. */
function adapted(changes: Partial<LoraConfig> = {}): Parameters {
  const named = nameParameters(withLora(model(), { ...config, ...changes }, { seed: 1 }));
  const random = createRandom(2);
  const stirred = Object.entries(named).map(([name, tensor]) => [
    name,
    name.endsWith('lora_B.weight') ? random.normalTensor(tensor.shape) : tensor,
  ]);
  return nestParameters(Object.fromEntries(stirred) as NamedTensors);
}

const x = () => createRandom(3).normalTensor([5, 3]);
const layerOf = (parameters: Parameters) =>
  (parameters['blocks'] as { readonly 0: { readonly attn1: { readonly to_q: LinearLayer } } })[0].attn1.to_q;
const output = (parameters: Parameters) => loraLinear(x(), layerOf(parameters)).dataSync();

function expectClose(got: ArrayLike<number>, want: ArrayLike<number>): void {
  Array.from(got).forEach((value, i) => {
    expect(value).toBeCloseTo(want[i] ?? NaN, 5);
  });
}

describe('on a model', () => {
  test('a new adapter changes nothing; the tensors are the same', () => {
    const base = model();
    const with2 = withLora(base, config, { seed: 1 });
    expect(layerOf(with2).weight).toBe(layerOf(base).weight);
    expect(output(with2)).toEqual(output(base));
    expect(layerOf(with2).lora_scaling?.dataSync()[0]).toBe(3);
  });

  test('each adapter is drawn by its own name: the same whichever others there are', () => {
    const all = nameParameters(withLora(model(), config, { seed: 1 }));
    const one = nameParameters(withLora(model(), { ...config, layers: ['attn2.to_q'] }, { seed: 1 }));
    const name = 'blocks.0.attn2.to_q.lora_A.weight';
    expect(one[name]?.dataSync()).toEqual(all[name]?.dataSync());
    expect(Object.keys(one).filter((key) => key.includes('lora'))).toHaveLength(3);
    expect(all['blocks.0.attn1.to_q.lora_A.weight']?.dataSync()).not.toEqual(all[name]?.dataSync());
    const bound = 1 / Math.sqrt(3);
    expect(all[name]?.dataSync().every((value) => Math.abs(value) <= bound)).toBe(true);
  });

  test.each([
    [['to_q'], ['blocks.0.attn1.to_q', 'blocks.0.attn2.to_q']],
    [
      ['attn1.to_q', 'new'],
      ['blocks.0.attn1.to_q', 'new'],
    ],
    ['all' as const, ['blocks.0.attn1.to_q', 'blocks.0.attn2.to_q', 'new']],
  ])('layers %j are %j', (layers, wanted) => {
    const { adapter } = splitLora(withLora(model(), { ...config, layers }, { seed: 1 }));
    expect([...new Set(Object.keys(adapter).map((name) => name.replace(/\.lora.*/, '')))].sort()).toEqual(
      wanted,
    );
  });

  test.each([
    [['to_k'], /"to_k" matches none of the 3 layers/],
    [['q'], /"q" matches none/], // not a whole part of a name
    [['norm'], /"norm" matches none/], // not a linear layer
  ])('layers %j are an error', (layers, message) => {
    expect(() => withLora(model(), { ...config, layers }, { seed: 1 })).toThrow(message);
  });

  test('a model may keep layers from being adapted', () => {
    const isAdaptable = (layer: string) => layer !== 'new';
    const { adapter } = splitLora(withLora(model(), config, { seed: 1, isAdaptable }));
    expect(Object.keys(adapter).some((name) => name.startsWith('new.'))).toBe(false);
  });

  test('the gradient of a compiled step reaches both factors', () => {
    const { base, adapter } = splitLora(adapted());
    const gradients = compile((adapter: NamedTensors) => {
      const names = Object.keys(adapter);
      const loss = (...values: tf.Tensor[]) => {
        const own = Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor]));
        return tf.mean<tf.Scalar>(tf.square(loraLinear(x(), layerOf(attachLora(base, own)))));
      };
      return tf.grads(loss)(Object.values(adapter));
    });
    const own = Object.fromEntries(Object.entries(adapter).filter(([name]) => name.includes('attn1')));
    for (const gradient of gradients(own))
      expect(gradient.dataSync().some((value) => value !== 0)).toBe(true);
  });
});

describe('merging', () => {
  test('merged weights give what layer and adapter give; unmerged ones are the first', () => {
    const parameters = adapted();
    const { adapter } = splitLora(parameters);
    const merged = mergeLora(parameters);
    expect(Object.keys(nameParameters(merged))).toEqual(Object.keys(nameParameters(model())));
    expectClose(output(merged), output(parameters));
    expectClose(output(unmergeLora(merged, adapter)), output(model()));
  });

  test('what it returns is new throughout', () => {
    const parameters = nameParameters(adapted());
    const before = tf.memory().numTensors;
    const merged = nameParameters(mergeLora(nestParameters(parameters)));
    expect(tf.memory().numTensors).toBe(before + Object.keys(merged).length);
    disposeNamed(merged);
    for (const tensor of Object.values(parameters)) expect(tensor.isDisposed).toBe(false);
  });

  test('without an adapter there is nothing to merge', () => {
    expect(() => mergeLora(model())).toThrow(/empty/);
  });

  test.each([
    ['another model’s layer', 'other.to_q', [2, 3], /doesn't have/],
    ['another width', 'blocks.0.attn1.to_q', [2, 5], /doesn't fit/],
    ['a layer that is not linear', 'blocks.0.norm', [2, 3], /doesn't have/],
  ])('an adapter for %s is an error', (_, layer, shape, message) => {
    const adapter = {
      [`${layer}.lora_A.weight`]: tf.zeros(shape),
      [`${layer}.lora_B.weight`]: tf.zeros([4, 2]),
      [`${layer}.lora_scaling`]: tf.scalar(1),
    };
    expect(() => attachLora(model(), adapter)).toThrow(message);
  });
});

describe('stored', () => {
  test.each(['diffusers', 'peft'] as const)('%s: what is written reads again', (form) => {
    const { adapter } = splitLora(adapted());
    const { tensors, metadata, config } = writeLora(adapter, form);
    const again = form === 'peft' ? readLora({ tensors, config }) : readLora({ tensors, metadata });
    expect(Object.keys(again).sort()).toEqual(Object.keys(adapter).sort());
    for (const [name, tensor] of Object.entries(adapter)) {
      expect(again[name]?.dataSync(), name).toEqual(tensor.dataSync());
    }
  });

  test('layers of their own rank and alpha keep them', () => {
    const wide = nameParameters(adapted({ layers: ['attn1.to_q'] }));
    const narrow = splitLora(adapted({ layers: ['attn2.to_q'], rank: 1, alpha: 5 })).adapter;
    const { adapter } = splitLora(nestParameters({ ...wide, ...narrow }));
    const { tensors, config } = writeLora(adapter, 'peft');
    expect(config).toMatchObject({
      r: 2,
      lora_alpha: 6,
      rank_pattern: { 'blocks.0.attn2.to_q': 1 },
      alpha_pattern: { 'blocks.0.attn2.to_q': 5 },
    });
    const again = readLora({ tensors, config });
    expect(again['blocks.0.attn1.to_q.lora_scaling']?.dataSync()[0]).toBe(3);
    expect(again['blocks.0.attn2.to_q.lora_scaling']?.dataSync()[0]).toBe(5);
  });

  test('peft’s and diffusers’ own files of one adapter are the same', async () => {
    const folder = new URL('../../../../tests/goldens/', import.meta.url);
    const read = (name: string) => readSafetensors(fileURLToPath(new URL(name, folder)));
    const ofDiffusers = readLora(await read('lora_dit_adapter_diffusers.safetensors'));
    const { tensors } = await read('lora_dit_adapter_peft.safetensors');
    const config: unknown = JSON.parse(
      readFileSync(new URL('lora_dit_adapter_peft_config.json', folder), 'utf8'),
    );
    const ofPeft = readLora({ tensors, config });
    expect(Object.keys(ofPeft).sort()).toEqual(Object.keys(ofDiffusers).sort());
    for (const [name, tensor] of Object.entries(ofPeft)) {
      expect(ofDiffusers[name]?.dataSync(), name).toEqual(tensor.dataSync());
    }
    expect(Object.keys(ofPeft)).toHaveLength(60);
    expect(ofPeft['blocks.0.attn1.to_q.lora_scaling']?.dataSync()[0]).toBe(1.5);
  });

  const factor = tensorOf(new Float32Array(6), [2, 3]);
  const pair = (prefix: string) =>
    new Map([
      [`${prefix}a.lora_A.weight`, factor],
      [`${prefix}a.lora_B.weight`, tensorOf(new Float32Array(8), [4, 2])],
    ]);
  const settings = { r: 2, lora_alpha: 4 };

  test('diffusers’ form without metadata means alpha = r; rsLoRA divides by the root', () => {
    const plain = readLora({ tensors: pair('transformer.') });
    expect(plain['a.lora_scaling']?.dataSync()[0]).toBe(1);
    const config = { ...settings, use_rslora: true };
    const root = readLora({ tensors: pair('base_model.model.'), config });
    expect(root['a.lora_scaling']?.dataSync()[0]).toBeCloseTo(4 / Math.SQRT2, 6);
  });

  test.each([
    ['nothing', new Map(), undefined, /nothing is not what an adapter holds/],
    [
      'a model’s weights',
      new Map([['a.weight', factor]]),
      undefined,
      /a\.weight is not what an adapter holds/,
    ],
    ['half an adapter', new Map([['transformer.a.lora_A.weight', factor]]), undefined, /not the other/],
    ['peft’s form without its configuration', pair('base_model.model.'), undefined, /adapter_config\.json/],
    [
      'another rank than configured',
      pair('base_model.model.'),
      { r: 3, lora_alpha: 4 },
      /has rank 2.* says 3/,
    ],
    ['DoRA', pair('base_model.model.'), { ...settings, use_dora: true }, /DoRA/],
    ['a configuration of another form', pair('base_model.model.'), { r: 'x' }, /configuration is wrong/],
  ])('%s is refused, and leaves nothing behind', (_, tensorData, config, message) => {
    expect(() => readLora({ tensors: tensorData, config })).toThrow(message);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  test('metadata that is no JSON is refused', () => {
    const stored = { tensors: pair('transformer.'), metadata: { lora_adapter_metadata: '{' } };
    expect(() => readLora(stored)).toThrow(/no JSON object/);
  });

  test('an empty adapter can’t be written', () => {
    expect(() => writeLora({}, 'peft')).toThrow(/empty/);
  });
});
