import { expect, test } from 'vitest';
import { presets, stTransformerConfigSchema } from './config.ts';
import { tiny, tinyCodes } from './tiny.test.fixture.ts';

test.each([...Object.entries(presets), ['tiny', tiny] as const, ['tiny with codes', tinyCodes] as const])(
  '%s is valid, and survives JSON',
  (_, config) => {
    expect(stTransformerConfigSchema.parse(JSON.parse(JSON.stringify(config)))).toEqual(config);
  },
);

test.each([
  ['an unknown key', { droput: 0.1 }, /droput/],
  ['a vocabulary of no kind', { vocabulary: { kind: 'bytes', size: 256 } }, /vocabulary/],
  ['an unknown key inside', { vocabulary: { kind: 'codes', size: 7, levels: [7] } }, /levels/],
  ['one level', { vocabulary: { kind: 'levels', levels: [7], components: 1 } }, /levels/],
  ['no layers', { layers: 0 }, /layers/],
  ['another form of attention', { attention: 'sparse' }, /attention/],
  ['half a layer', { layers: 1.5 }, /layers/],
  ['an infinite MLP', { mlpRatio: Infinity }, /mlpRatio/],
  ['a missing width', { dim: undefined }, /dim/],
  ['heads that do not divide the width', { heads: 3 }, /16 can't be divided among 3 heads/],
  ['less than a triple in sight', { timeSteps: 2, contextGrids: 1 }, /at least 3 grids/],
  ['more grids given than seen', { contextGrids: 6 }, /sees 5 grids, so it can't be given 6/],
])('refuses %s', (_, change, message) => {
  expect(() => stTransformerConfigSchema.parse({ ...tiny, ...change })).toThrow(message);
});

test('configurations from before there were two forms of attention are of the first', () => {
  const { attention, ...before } = tiny;
  expect(attention).toBe('spatio-temporal');
  expect(stTransformerConfigSchema.parse(before)).toEqual(tiny);
});
