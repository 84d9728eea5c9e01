import { expect, test } from 'vitest';
import { ditSamplerConfigSchema, presets } from './config.ts';
import { tiny } from './tiny.test.fixture.ts';

test.each(Object.entries(presets))('the preset %s is valid', (_, preset) => {
  expect(ditSamplerConfigSchema.parse(preset)).toEqual(preset);
});

test.each([
  ['an unknown key', { layer: 3 }, /layer/],
  ['a head too narrow for three axes', { headDim: 4 }, /at least 6/],
  ['all frames given', { contextLatents: 3 }, /none is left to generate/],
  ['a size that patches do not divide', { latentWidth: 5 }, /patches of 2/],
  ['given frames that end inside a patch', { patchSize: [2, 2, 2], latentFrames: 4 }, /inside a patch/],
  ['an odd number of timestep features', { freqDim: 7 }, /halved/],
  ['a rank of 0', { lora: { rank: 0, alpha: 1, dropout: 0, layers: 'all' } }, /lora/],
  ['an adapter on no layer', { lora: { rank: 1, alpha: 1, dropout: 0, layers: [] } }, /lora/],
])('%s is refused', (_, change, message) => {
  const result = ditSamplerConfigSchema.safeParse({ ...tiny, ...change });
  expect(result.success).toBe(false);
  expect(JSON.stringify(result.error?.issues)).toMatch(message);
});
