import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cosmosConfigSchema, cosmosPresets } from './cosmos-config.ts';
import { doublingAfter, halvingAfter } from './halvings.ts';
import { cosmosParameterCount, cosmosShapes } from './parameter-shapes.ts';

const published: {
  cosmos_dv8x8x8: { tensors: Record<string, { shape: number[] }>; parameters: number };
} = JSON.parse(
  readFileSync(new URL('../../../../tests/goldens/full_size_shapes.json', import.meta.url), 'utf8'),
);
const full = cosmosPresets['cosmos-dv8x8x8'];

test('names and shapes of the full size are those of the public code, all of them', () => {
  const { tensors, parameters } = published.cosmos_dv8x8x8;
  const shapes = [...cosmosShapes(full)].map(([name, shape]) => [name, [...shape]]);
  expect(Object.fromEntries(shapes)).toEqual(
    Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape])),
  );
  expect(cosmosParameterCount(full)).toBe(parameters);
});

test('the encoder goes down after its first level, the decoder up after its second', () => {
  const [nothing, both] = [
    { space: false, time: false },
    { space: true, time: true },
  ];
  expect([0, 1].map((level) => halvingAfter(full, level))).toEqual([both, nothing]);
  expect([2, 1].map((level) => doublingAfter(full, level))).toEqual([nothing, both]);
});

test.each([
  ['an unknown key', { ...full, dropout: 0 }, /dropout/],
  ['patches that are no power of two', { ...full, patchSize: 3 }, /power of two/],
  ['less compression than the patches give', { ...full, spatialCompression: 2 }, /allow 4 to 16/],
  ['more than there are levels for', { ...full, temporalCompression: 32 }, /allow 4 to 16/],
])('%s is refused', (_, config, message) => {
  expect(() => cosmosConfigSchema.parse(config)).toThrow(message);
});
