import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ditSampler, fromPublishedConfig, init, storeWeights } from '@borealis/dit-sampler';
import { memoryUse, saveTensors, startBackend, storageDtype, tf, toBfloat16 } from '@borealis/tensor';
import { disposeNamed, nameParameters } from '@borealis/training';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { openStartingPoint, storedStartingPoint } from './starting-point.ts';

beforeAll(async () => {
  await startBackend();
});

const PUBLISHED = {
  ...{ _class_name: 'WanTransformer3DModel', num_layers: 1, num_attention_heads: 2, attention_head_dim: 8 },
  ...{ ffn_dim: 16, freq_dim: 8, in_channels: 4, out_channels: 4, text_dim: 4, patch_size: [1, 2, 2] },
  ...{ eps: 1e-6, qk_norm: 'rms_norm_across_heads', cross_attn_norm: true, rope_max_seq_len: 1024 },
};

/** A pipeline in the diffusers layout: bfloat16, two shards. */
async function publishedPipeline(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-published-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const transformer = join(folder, 'transformer');
  await mkdir(transformer);
  await writeFile(join(transformer, 'config.json'), JSON.stringify(PUBLISHED));
  const config = { ...fromPublishedConfig(PUBLISHED), states: null, lora: null };
  const [parameters, kept] = [init(config, 1), [] as tf.Tensor[]];
  const stored = Object.entries(storeWeights(config, parameters)).map(([name, tensor]) => {
    const half = toBfloat16(tensor);
    kept.push(tensor, half);
    return [name, half] as const;
  });
  const weight_map: Record<string, string> = {};
  for (const [i, shard] of [stored.slice(0, 20), stored.slice(20)].entries()) {
    const name = `diffusion_pytorch_model-0000${i + 1}-of-00002.safetensors`;
    await saveTensors(join(transformer, name), shard);
    for (const [tensor] of shard) weight_map[tensor] = name;
  }
  const index = JSON.stringify({ metadata: {}, weight_map });
  await writeFile(join(transformer, 'diffusion_pytorch_model.safetensors.index.json'), index);
  disposeNamed(nameParameters(parameters));
  tf.dispose(kept);
  return folder;
}

test('training starts from a published pipeline: sharded, held as it is stored', async () => {
  const folder = await publishedPipeline();
  const start = await openStartingPoint(folder, ditSampler);
  expect(start.config).toMatchObject({ layers: 1, latentChannels: 4, latentFrames: 20, lora: { rank: 32 } });
  expect(await start.readStatistics()).toBeNull();
  const before = memoryUse().tensors;
  const loaded = await start.weights.load();
  const shapes = ditSampler.shapes?.(ditSampler.configSchema.parse(start.config)) ?? {};
  for (const [name, tensor] of loaded) {
    expect(tensor.shape, name).toEqual(shapes[name]?.shape);
    expect(storageDtype(tensor), name).toBe('bfloat16');
  }
  expect(Object.keys(shapes).filter((name) => !loaded.has(name))).toEqual(
    Object.keys(shapes).filter((name) => /lora|state_conditioner/.test(name)),
  );
  tf.dispose([...loaded.values()]);
  expect(memoryUse().tensors).toBe(before);

  // A run that is gone on with asks for it only where it has no checkpoint yet.
  const again = storedStartingPoint(start.identity, ditSampler);
  tf.dispose([...(await again.weights.load()).values()]);
  const other = storedStartingPoint({ ...start.identity, sha256: 'other' }, ditSampler);
  await expect(other.weights.load()).rejects.toMatchObject({ code: 'RUN_MISMATCH' });
});

test('a folder without a model, or with another one', async () => {
  const folder = await publishedPipeline();
  const config = join(folder, 'transformer', 'config.json');
  await writeFile(config, JSON.stringify({ ...PUBLISHED, out_channels: 16 }));
  await expect(openStartingPoint(folder, ditSampler)).rejects.toThrow(/4 channels in and 16 out/);
  await writeFile(config, JSON.stringify({ _class_name: 'UNet2DModel' }));
  await expect(openStartingPoint(folder, ditSampler)).rejects.toThrow(/no|not the configuration of a Wan/);
  await rm(config);
  await expect(openStartingPoint(folder, ditSampler)).rejects.toThrow(/no published checkpoint/);
});
