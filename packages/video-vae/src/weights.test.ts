import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, tensorOf, writeSafetensors } from '@borealis/safetensors';
import { memoryUse, startBackend, storageDtype, tf } from '@borealis/tensor';
import { nameParameters } from '@borealis/training';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from './config.ts';
import type { GoldenVae } from './golden.test.fixture.ts';
import { openGolden } from './golden.test.fixture.ts';
import { countOf, parameterSpecs } from './parameter-specs.ts';
import { loadParameters, nameIn, saveParameters } from './weights.ts';

let golden: GoldenVae;
let folder: string;
beforeAll(async () => {
  await startBackend();
  golden = await openGolden('wan22_vae');
  folder = await mkdtemp(join(tmpdir(), 'borealis-vae-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('names and shapes at the published size', () => {
  const path = new URL('../../../tests/goldens/full_size_shapes.json', import.meta.url);
  const { wan22_ti2v_5b_vae: published } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly wan22_ti2v_5b_vae: {
      readonly parameters: number;
      readonly tensors: Readonly<Record<string, { readonly shape: number[] }>>;
    };
  };
  const config = presets['wan2.2-ti2v-5b'];
  const wanted = Object.entries(published.tensors).map(([name, { shape }]) => [name, shape] as const);
  expect(parameterSpecs(config)).toEqual(Object.fromEntries(wanted));
  expect(countOf(config)).toBe(published.parameters);
});

test('the original layout has other names, each of its own', () => {
  const config = presets['wan2.2-ti2v-5b'];
  const names = Object.keys(parameterSpecs(config)).map((name) => nameIn('original', name, config));
  expect(new Set(names).size).toBe(names.length);
  // Wan2.2 vae2_2.py
  expect(names).toEqual(
    expect.arrayContaining([
      'conv1.weight',
      'conv2.bias',
      'encoder.conv1.weight',
      'encoder.downsamples.1.downsamples.0.shortcut.weight',
      'encoder.downsamples.1.downsamples.1.residual.6.bias',
      'encoder.downsamples.2.downsamples.2.time_conv.weight',
      'encoder.middle.1.to_qkv.weight',
      'encoder.head.0.gamma',
      'decoder.middle.2.residual.0.gamma',
      'decoder.upsamples.0.upsamples.3.resample.1.weight',
      'decoder.upsamples.3.upsamples.2.residual.3.gamma',
      'decoder.head.2.bias',
    ]),
  );
});

describe.each(['diffusers', 'original'] as const)('%s layout', (layout) => {
  test('there and back, to the bit', async () => {
    const path = join(folder, `${layout}.safetensors`);
    await saveParameters(golden.config, golden.parameters, { path, layout });
    const file = await openSafetensors(path);
    for (const [name, shape] of Object.entries(parameterSpecs(golden.config)))
      expect(file.info(nameIn(layout, name, golden.config)).shape).toEqual(shape);
    await file.close();
    const before = memoryUse().tensors;
    const loaded = nameParameters(await loadParameters(golden.config, path));
    expect(memoryUse().tensors - before).toBe(Object.keys(loaded).length);
    for (const [name, tensor] of Object.entries(nameParameters(golden.parameters)))
      expect(loaded[name]?.dataSync(), name).toEqual(tensor.dataSync());
  });
});

test('what is saved is what the reference published', async () => {
  const path = join(folder, 'published.safetensors');
  await saveParameters(golden.config, golden.parameters, { path });
  const file = await openSafetensors(path);
  for (const [name, tensor] of Object.entries(golden.weights)) {
    const { data } = await file.read(name);
    expect(new Float32Array(data.buffer), name).toEqual(tensor.dataSync());
  }
  await file.close();
});

test('bfloat16, held as stored', async () => {
  const path = join(folder, 'half.safetensors');
  await saveParameters(golden.config, golden.parameters, { path, dtype: 'BF16' });
  const loaded = nameParameters(await loadParameters(golden.config, path, { hold: 'as-stored' }));
  for (const tensor of Object.values(loaded)) expect(storageDtype(tensor)).toBe('bfloat16');
  const name = 'decoder.conv_in.weight';
  const [half, wide] = [loaded[name], nameParameters(golden.parameters)[name]] as [tf.Tensor, tf.Tensor];
  expect(tf.max(tf.abs(tf.sub(half, wide))).dataSync()[0]).toBeLessThan(2 ** -8);
});

describe('refused', () => {
  const write = async (change: (weights: Map<string, tf.Tensor>) => void): Promise<string> => {
    const weights = new Map(Object.entries(golden.weights));
    change(weights);
    const path = join(folder, 'wrong.safetensors');
    await writeSafetensors(
      path,
      [...weights].map(
        ([name, tensor]) => [name, tensorOf(tensor.dataSync<'float32'>(), tensor.shape)] as const,
      ),
    );
    return path;
  };

  test.each([
    [
      'a missing tensor',
      (w: Map<string, tf.Tensor>) => w.delete('quant_conv.bias'),
      /quant_conv.bias is missing/,
    ],
    ['an unknown tensor', (w: Map<string, tf.Tensor>) => w.set('more', tf.zeros([1])), /more is none/],
    [
      'another shape',
      (w: Map<string, tf.Tensor>) => w.set('quant_conv.bias', tf.zeros([3])),
      /quant_conv.bias is \[3\], not \[12\]/,
    ],
  ])('%s, and nothing stays in memory', async (_, change, message) => {
    const path = await write(change);
    const before = memoryUse().tensors;
    await expect(loadParameters(golden.config, path)).rejects.toThrow(message);
    expect(memoryUse().tensors).toBe(before);
  });
});
