import { createRandom, startTrainingBackend, tf } from '@borealis/tensor';
import { createTrainStep, initialState, nameParameters, nestParameters } from '@borealis/training';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GenieConfig } from './genie-config.ts';
import { genieConfigSchema, geniePresets } from './genie-config.ts';
import { genieLogits } from './genie-forward.ts';
import { createGenieGenerator } from './genie-generator.ts';
import type { GenieBatch } from './genie-loss.ts';
import { genieLoss } from './genie-loss.ts';
import {
  asGenieParameters,
  genieParameterCount,
  genieParameterSpecs,
  initGenie,
} from './genie-parameters.ts';
import { maskBatch } from './mask-batch.ts';
import { genieConfigOf } from './published-config.ts';
import { tinyGenie } from './tiny-genie.test.fixture.ts';
import { maskedAfter, unmask } from './unmask.ts';

beforeAll(async () => {
  await startTrainingBackend();
});

const prompt = { data: Int32Array.from([1, 2, 3, 4, 5, 6, 7, 8]), count: 2, height: 2, width: 2 };

test('learns sequences that count up, by the masked loss, and goes on counting', async () => {
  const config: GenieConfig = { ...tinyGenie, maxCorruptRate: 0, lateMaskRatio: 0, dim: 32 };
  const random = createRandom(1);
  const counting = (start: number) =>
    Int32Array.from({ length: 16 }, (_, i) => (start + Math.floor(i / 4)) % 16);
  const step = createTrainStep<GenieBatch>({
    loss: (parameters, batch) => genieLoss(config, parameters, batch),
    adamw: { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0 },
    maxGradientNorm: 1,
  });
  let state = initialState(nameParameters(initGenie(config, 1)), {});
  const losses: number[] = [];
  for (let i = 0; i < 250; i++) {
    const codes = Array.from({ length: 16 }, () => counting(random.integer(0, 15)));
    const batch = maskBatch(config, codes, random);
    const { state: next, logs } = step(state, batch, 0.01);
    tf.dispose(batch);
    state = next;
    losses.push(logs.loss);
  }
  expect(losses[0]).toBeGreaterThan(2.4); // ln 16 = 2.77 at first
  const generator = createGenieGenerator(config, nestParameters(state.trainable));
  const start = { ...prompt, data: counting(3).slice(0, 8) };
  const [own] = await generator.generate([start], 2, { steps: 2, keep: 'confident' });
  expect([...(own?.data ?? [])]).toEqual([...counting(3).slice(8)]);
  const drawn = (seed: number) =>
    generator.nextGrid([start], { steps: 3, temperature: 100, random: createRandom(seed) })[0]?.codes;
  expect(drawn(1)).toEqual(drawn(1));
  expect(new Set([1, 2, 3, 4].map((seed) => drawn(seed)?.join())).size).toBeGreaterThan(2);
  generator.dispose();
  step.dispose();
});

test('what is known of a grid does not depend on later ones', () => {
  const p = asGenieParameters(tinyGenie, initGenie(tinyGenie, 1));
  const codes = Array.from({ length: 16 }, (_, i) => (i * 7) % 17);
  const whole = genieLogits(tinyGenie, p, tf.tensor(codes, [1, 4, 4], 'int32'));
  const part = genieLogits(tinyGenie, p, tf.tensor(codes.slice(0, 8), [1, 2, 4], 'int32'));
  const same = tf.slice(whole, [0, 0, 0, 0, 0], [-1, 2, -1, -1, -1]);
  expect(whole.shape).toEqual([1, 4, 4, 2, 4]);
  expect(tf.max(tf.abs(tf.sub(part, same))).dataSync()[0]).toBeLessThan(1e-6);
});

test('the mask is embedded as itself, and muP scales logits', () => {
  const config = { ...tinyGenie, layers: 1, mup: true };
  const named = { ...nameParameters(initGenie(config, 2)) };
  const masks = tf.fill([1, 1, 4], 16, 'int32');
  const logitsOf = (c: GenieConfig) => genieLogits(c, asGenieParameters(c, nestParameters(named)), masks);
  const before = logitsOf(config).dataSync();
  named['token_embed.factored_embeds.0.weight'] = tf.ones([4, 16]);
  expect(logitsOf(config).dataSync()).toEqual(before); // no row of any digit is in it
  named['token_embed.mask_token_embed'] = tf.ones([1, 16]);
  expect(logitsOf(config).dataSync()).not.toEqual(before);
});

test('names and shapes of the size in the public configuration', () => {
  const specs = genieParameterSpecs(geniePresets['magvit-n32-h8-d256']);
  expect(specs['token_embed.factored_embeds.1.weight']?.shape).toEqual([512, 256]);
  expect(specs['decoder.layers.31.norm2.weight']?.shape).toEqual([256]);
  expect(specs).not.toHaveProperty('decoder.layers.0.spatial_attn.qkv.bias');
  expect(genieParameterCount(geniePresets['magvit-n32-h8-d256'])).toBe(35_218_688);
});

test('config.json of a checkpoint, with the defaults of the public code', () => {
  const json = { num_layers: 2, num_heads: 4, d_model: 64, num_factored_vocabs: 2, factored_vocab_size: 512 };
  expect(genieConfigOf(json)).toMatchObject({
    codes: 262_144,
    places: 256,
    timeSteps: 16,
    normalisation: 'qk',
  });
  expect(() => genieConfigOf({ ...json, d_model: 66 })).toThrow(/choose a multiple/);
  expect(() => genieConfigOf({ ...json, num_factored_vocabs: 4 })).toThrow(/no power of 4/);
  expect(() => genieConfigOf([])).toThrow(expect.objectContaining({ code: 'CONFIG' }));
  expect(() => genieConfigSchema.parse({ ...tinyGenie, promptGrids: 4 })).toThrow(/can't be left/);
});

test('fewer stay masked with each step, by the cosine, and none in the end', () => {
  expect([0, 1, 2].map((step) => maskedAfter(step, 3, 16))).toEqual([14, 9, 0]); // cos 60° is above ½ in floating point, as in the reference
  expect(maskedAfter(0, 1, 16)).toBe(0);
});

test('the closed places of highest priority are opened, open ones stay', () => {
  const grid = Int32Array.of(16, 5, 16, 16);
  unmask(grid, {
    proposed: Int32Array.of(1, 2, 3, 4),
    priority: [0.1, 0, 0.9, 0.5],
    masked: 2,
    mask: 16,
  });
  expect([...grid]).toEqual([16, 5, 3, 16]);
});

describe('refuses', () => {
  test.each([
    ['no random numbers', [prompt], { steps: 2 }, 'OPTION', /random is needed/],
    ['half a step', [prompt], { steps: 0.5 }, 'OPTION', /0.5 steps/],
    ['a negative temperature', [prompt], { temperature: -1 }, 'OPTION', /temperature is -1/],
    ['other places', [{ ...prompt, height: 4, count: 1 }], { steps: 1 }, 'WINDOW', /1 grids of 4×2/],
    ['no grids', [{ ...prompt, data: new Int32Array(0), count: 0 }], { steps: 1 }, 'WINDOW', /1 at least/],
    [
      'uneven sequences',
      [prompt, { ...prompt, count: 1, data: Int32Array.of(1, 2, 3, 4) }],
      { steps: 1 },
      'WINDOW',
      /equally many/,
    ],
    [
      'the mask as a code',
      [{ ...prompt, data: prompt.data.map(() => 16) }],
      { steps: 1 },
      'WINDOW',
      /code 16/,
    ],
  ] as const)('%s', (_, sequences, options, code, message) => {
    const generator = createGenieGenerator(tinyGenie, initGenie(tinyGenie, 1));
    expect(() => generator.nextGrid(sequences, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    generator.dispose();
  });

  test('parameters of another size', () => {
    expect(() => createGenieGenerator({ ...tinyGenie, layers: 2 }, initGenie(tinyGenie, 1))).toThrow(
      /missing/,
    );
  });
});
