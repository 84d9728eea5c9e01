import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, memoryUse, startBackend, storageDtype, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { NamedTensors } from '../parameters/parameters.ts';
import { disposeNamed } from '../parameters/parameters.ts';
import { temporaryFolder } from '../tiny-model.test.fixture.ts';
import { openModelFolder } from './open-model-folder.ts';
import type { ModelFolderContent } from './write-model-folder.ts';
import { writeModelFolder } from './write-model-folder.ts';

beforeAll(async () => {
  await startBackend();
});

const origin = {
  ...{ step: 8, seed: 1, settings: {}, data: '5e' },
  ...{ validation: null, from: null, latents: null },
};

function content(parameters: NamedTensors, storage: 'f32' | 'bf16'): ModelFolderContent {
  return {
    record: { model: 'tiny', config: { inputs: 3 }, training: origin },
    parameters,
    statistics: { mean: Float32Array.of(0.5, 1 / 3) },
    card: '# tiny\n',
    storage,
  };
}

test.each([
  ['f32', 0],
  ['bf16', 2 ** -8],
] as const)('stored as %s, a model comes back', async (storage, tolerance) => {
  const folder = join(await temporaryFolder(), 'models', 'tiny');
  const random = createRandom(1);
  const before = memoryUse().tensors;
  const parameters = {
    'layer.weight': random.normalTensor([4, 3], 1),
    'layer.bias': random.normalTensor([4], 1),
  };
  await writeModelFolder(folder, content(parameters, storage));
  const model = await openModelFolder(folder);
  expect(model?.record).toEqual({
    ...{ format: 'borealis-model-1', model: 'tiny', config: { inputs: 3 }, training: origin },
  });
  expect(await model?.readStatistics()).toEqual({ mean: Float32Array.of(0.5, 1 / 3) });
  const weights = Object.fromEntries((await model?.loadWeights()) ?? []);
  const { 'layer.weight': weight, 'layer.bias': bias, ...others } = weights;
  expect(others).toEqual({});
  if (weight === undefined || bias === undefined) throw new Error('no weights');
  expect(storageDtype(weight)).toBe(storage === 'bf16' ? 'bfloat16' : 'float32');
  expect(bias.dataSync()).toEqual(parameters['layer.bias'].dataSync());
  const stored = weight.dataSync();
  parameters['layer.weight'].dataSync().forEach((value, i) => {
    expect(Math.abs((stored[i] ?? NaN) - value)).toBeLessThanOrEqual(tolerance * Math.abs(value));
  });
  disposeNamed({ ...parameters, weight, bias });
  expect(memoryUse().tensors).toBe(before);
});

test('a folder that holds a model is not written to; one without holds none; a damaged record is told', async () => {
  const folder = await temporaryFolder();
  expect(await openModelFolder(folder)).toBeNull();
  const parameters = { weight: tf.ones([1, 1]) };
  await writeModelFolder(folder, content(parameters, 'f32'));
  await expect(writeModelFolder(folder, content(parameters, 'f32'))).rejects.toMatchObject({
    code: 'RUN_EXISTS',
  });
  disposeNamed(parameters);
  await writeFile(join(folder, 'model.json'), '{"format": "borealis-model-2"}');
  await expect(openModelFolder(folder)).rejects.toMatchObject({
    code: 'RUN_DAMAGED',
    message: expect.stringContaining('borealis-model-1'),
  });
});
