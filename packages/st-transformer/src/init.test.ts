import { readFileSync } from 'node:fs';
import { startBackend, tf } from '@borealis/tensor';
import { countParameters, nameParameters } from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import type { StTransformerConfig } from './config.ts';
import { presets } from './config.ts';
import { init } from './init.ts';
import { countOf } from './parameter-specs.ts';
import { asStTransformerParameters } from './parameters.ts';
import { tiny, tinyCodes } from './tiny.test.fixture.ts';

beforeAll(async () => {
  await startBackend();
});

const numbersOf = (config: StTransformerConfig, seed: number) =>
  Object.entries(nameParameters(init(config, seed))).map(([name, tensor]) => [name, [...tensor.dataSync()]]);

test('the same for the same seed, another for another', () => {
  expect(numbersOf(tiny, 5)).toEqual(numbersOf(tiny, 5));
  expect(numbersOf(tiny, 5)).not.toEqual(numbersOf(tiny, 6));
});

test('no two parameters are drawn alike', () => {
  const named = nameParameters(init({ ...tiny, layers: 2 }, 1));
  const drawn = Object.entries(named).filter(([name]) => /(weight|rows|head|positions)$/.test(name));
  const firsts = drawn.map(([, tensor]) => tensor.dataSync()[0]).filter((first) => first !== 1);
  expect(firsts.length).toBeGreaterThan(15);
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('states on and off: the same parameters, with the same numbers', () => {
  expect(numbersOf({ ...tiny, states: 'off' }, 3)).toEqual(numbersOf(tiny, 3));
});

test('deviations: 0.02, narrower where a matrix writes into the stream; gains 1, biases 0', () => {
  const wide: StTransformerConfig = { ...tiny, dim: 64, layers: 3 };
  const named = nameParameters(init(wide, 2));
  const deviation = (name: string) => {
    const tensor = named[name];
    return tensor === undefined ? NaN : Math.sqrt(tf.moments(tensor).variance.dataSync()[0] ?? NaN);
  };
  expect(deviation('layers.2.spatial_attn.qkv.weight')).toBeCloseTo(0.02, 3);
  expect(deviation('layers.0.mlp.fc2.weight')).toBeCloseTo(0.02 / 3, 3);
  expect(deviation('layers.0.temporal_attn.proj.weight')).toBeCloseTo(0.02 / 3, 3);
  for (const [name, tensor] of Object.entries(named)) {
    if (/(bias|constant)$/.test(name) && !name.startsWith('vocabulary'))
      expect(tf.max(tf.abs(tensor)).dataSync()[0]).toBe(0);
    if (/norm\w*\.weight$/.test(name)) expect(tf.min(tensor).dataSync()[0]).toBe(1);
  }
});

test.each([
  ['levels', tiny],
  ['codes', tinyCodes],
  ['qk norms', { ...tiny, normalisation: 'qk', layers: 2 }],
  ['full attention', { ...tiny, attention: 'full', layers: 2 }],
  ['small', presets.small],
] as const)('counted without making them: %s', (_, config) => {
  const parameters = init(config, 1);
  expect(countParameters(parameters)).toBe(countOf(config));
  tf.dispose(Object.values(nameParameters(parameters)));
});

test('presets have the counts that the README states', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const stated = [...readme.matchAll(/^\| `([\w-]+)` *\| ([\d,]+) *\|/gm)].map(([, name, count]) => [
    name,
    Number(count?.replaceAll(',', '')),
  ]);
  expect(stated).toEqual(Object.entries(presets).map(([name, config]) => [name, countOf(config)]));
});

test('the published size, part by part', () => {
  const [dim, layers, mlp] = [512, 24, 4 * 512];
  const matrices = layers * 16 * dim ** 2 + 64_000 * dim + 5 * 1024 * dim; // DESIGN: 136,052,736
  const biases = layers * (2 * (3 * dim + dim) + mlp + dim);
  const norms = (3 * layers + 1) * 2 * dim;
  const states = dim * 400 + dim + dim ** 2 + dim + 400;
  expect(matrices).toBe(136_052_736);
  expect(countOf(presets['revontuli-136m'])).toBe(matrices + biases + norms + states);
});

test('parameters are taken only where every name and shape fits', () => {
  const parameters = init(tiny, 1);
  expect(asStTransformerParameters(tiny, parameters)).toBe(parameters);
  const refused = (config: StTransformerConfig, given: typeof parameters) => () =>
    asStTransformerParameters(config, given);
  const { positions, ...rest } = parameters;
  expect(refused(tiny, rest)).toThrow(/positions is missing, this configuration needs \[5,4,16\]/);
  expect(refused({ ...tiny, timeSteps: 4 }, { ...rest, positions: tf.zeros([5, 4, 16]) })).toThrow(
    /positions is \[5,4,16\], this configuration needs \[4,4,16\]/,
  );
  expect(refused({ ...tiny, layers: 2 }, parameters)).toThrow(/layers\.1\.norm1\.weight is missing/);
  expect(refused(tiny, { ...parameters, more: tf.zeros([1]) })).toThrow(
    expect.objectContaining({ code: 'PARAMETERS', message: expect.stringMatching(/^more is no parameter/) }),
  );
  expect(positions).toBeDefined();
});
