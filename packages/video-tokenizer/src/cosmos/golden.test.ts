import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asBigInt64, asFloat32, readSafetensors } from '@borealis/safetensors';
import { compile, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { cosmosDecode, cosmosEncode } from './cosmos-codec.ts';
import { cosmosConfigSchema } from './cosmos-config.ts';
import type { CosmosParameters } from './cosmos-parameters.ts';
import { cosmosParametersFrom } from './cosmos-weights.ts';

/** tests/goldens/cosmos_dv.safetensors and its trace, held to tolerances.json. */
const folder = new URL('../../../../tests/goldens/', import.meta.url);
const rules: { files: Record<string, [string, number, number][]> } = JSON.parse(
  readFileSync(new URL('tolerances.json', folder), 'utf8'),
);
const read = (file: string) => readSafetensors(fileURLToPath(new URL(`${file}.safetensors`, folder)));
const files = { cosmos_dv: await read('cosmos_dv'), cosmos_dv_trace: await read('cosmos_dv_trace') };
type File = keyof typeof files;
const { model }: { model: Record<string, number> & { channels_mult: number[]; levels: number[] } } =
  JSON.parse(files.cosmos_dv.metadata['config'] ?? '{}');
const config = cosmosConfigSchema.parse({
  pictureChannels: model['in_channels'],
  patchSize: model['patch_size'],
  channels: model['channels'],
  channelMultipliers: model.channels_mult,
  residualBlocks: model['num_res_blocks'],
  latentChannels: model['z_channels'],
  spatialCompression: model['spatial_compression'],
  temporalCompression: model['temporal_compression'],
  levels: model.levels,
});

let parameters: CosmosParameters;
beforeAll(async () => {
  await startBackend();
  const weights = [...files.cosmos_dv.tensors].filter(([name]) => name.startsWith('weights.'));
  const named = weights.map(([name, data]) => [name.slice('weights.'.length), data] as const);
  parameters = cosmosParametersFrom(config, new Map(named));
});

test.each([
  ['cosmos_dv', 'image'],
  ['cosmos_dv', 'video'],
  ['cosmos_dv_trace', 'small'],
] as const)('%s, %s: to codes and back', (file, name) => {
  const run = compile((p: CosmosParameters, video: tf.Tensor) => {
    const seen: Record<string, tf.Tensor> = {};
    const see = (part: string, value: tf.Tensor) => (seen[part] ??= value);
    const indices = cosmosEncode(p, video, { config, see });
    const sample = cosmosDecode(p, indices, { config, see });
    return { ...seen, indices, sample };
  });
  const got: Record<string, tf.Tensor> = run(parameters, channelsLast(stored(file, `inputs.${name}.video`)));
  run.dispose();
  expectAll(file, name, got);
  if (file === 'cosmos_dv') {
    expectClose('cosmos_dv_trace', `outputs.${name}.patched`, got['patched']);
  }
});

test('drawn codes decode', () => {
  const run = compile((p: CosmosParameters, indices: tf.Tensor) => {
    const seen: Record<string, tf.Tensor> = {};
    const see = (part: string, value: tf.Tensor) => (seen[part] = value);
    const sample = cosmosDecode(p, indices, { config, see });
    return { ...seen, sample };
  });
  const got: Record<string, tf.Tensor> = run(parameters, stored('cosmos_dv', 'inputs.decode_only.indices'));
  run.dispose();
  expectAll('cosmos_dv', 'decode_only', got);
});

function expectAll(file: File, name: string, got: Record<string, tf.Tensor>): void {
  const prefix = `outputs.${name}.`;
  const wanted = [...files[file].tensors.keys()].filter((key) => key.startsWith(prefix));
  expect(wanted.length).toBeGreaterThan(1);
  for (const key of wanted) expectClose(file, key, got[key.slice(prefix.length)]);
}

function expectClose(file: File, name: string, got: tf.Tensor | undefined): void {
  if (got === undefined) throw new Error(`${name} has not been computed`);
  const want = stored(file, name);
  const value = got.rank === 5 ? tf.transpose(got, [0, 4, 1, 2, 3]) : got;
  expect(value.shape, name).toEqual(want.shape);
  const worst = tf.max(tf.abs(tf.sub(value, want))).dataSync()[0];
  if (want.dtype === 'int32') {
    expect(worst, name).toBe(0);
    return;
  }
  const rule = rules.files[file]?.find(([pattern]) => new RegExp(pattern).test(name));
  if (rule === undefined) throw new Error(`no tolerance for ${name}`);
  const largest = tf.max(tf.abs(want)).dataSync()[0] ?? NaN;
  expect(worst, name).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
}

function stored(file: File, name: string): tf.Tensor {
  const data = files[file].tensors.get(name);
  if (data === undefined) throw new Error(`the goldens have no ${name}`);
  if (data.dtype === 'I64') return tf.tensor(Array.from(asBigInt64(data), Number), [...data.shape], 'int32');
  return tf.tensor(asFloat32(data), [...data.shape]);
}

function channelsLast(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [0, 2, 3, 4, 1]);
}
