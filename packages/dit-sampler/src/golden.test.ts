import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asFloat32, readSafetensors } from '@borealis/safetensors';
import { compile, startTrainingBackend, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import {
  attachLora,
  isLoraFactor,
  nameParameters,
  nestParameters,
  readLora,
  valueAndGradients,
} from '@borealis/training';
import { beforeAll, expect, test } from 'vitest';
import type { DitSamplerConfig } from './config.ts';
import { asDitParameters } from './parameters.ts';
import { tiny } from './tiny.test.fixture.ts';
import { embedText, velocity } from './transformer/forward.ts';
import { loadWeights } from './weights.ts';

/** Samples and gradients of tests/goldens/wan22_dit and lora_dit, held to tolerances.json. */
const folder = new URL('../../../tests/goldens/', import.meta.url);
const read = (name: string) => readSafetensors(fileURLToPath(new URL(name, folder)));
const { files: rules } = JSON.parse(readFileSync(new URL('tolerances.json', folder), 'utf8')) as {
  readonly files: Readonly<Record<string, readonly (readonly [string, number, number])[]>>;
};
const dit = await read('wan22_dit.safetensors');
const lora = await read('lora_dit.safetensors');
const adapter = await read('lora_dit_adapter_diffusers.safetensors');

beforeAll(async () => {
  await startTrainingBackend();
});

type Golden = typeof dit;

function configOf({ metadata }: Golden): DitSamplerConfig {
  const { model } = JSON.parse(metadata['config'] ?? '{}') as {
    readonly model: Readonly<Record<string, number>> & { readonly patch_size: [number, number, number] };
  };
  const size = (name: string) => model[name] ?? NaN;
  return {
    ...tiny,
    layers: size('num_layers'),
    heads: size('num_attention_heads'),
    headDim: size('attention_head_dim'),
    ffnDim: size('ffn_dim'),
    freqDim: size('freq_dim'),
    latentChannels: size('in_channels'),
    textDim: size('text_dim'),
    patchSize: model.patch_size,
    eps: size('eps'),
    states: null,
  };
}

function stored({ tensors }: Golden, name: string): tf.Tensor {
  const data = tensors.get(name);
  if (data === undefined) throw new Error(`the goldens have no ${name}`);
  return tf.tensor(asFloat32(data), [...data.shape]);
}

function weightsOf(golden: Golden, config: DitSamplerConfig): Parameters {
  const names = [...golden.tensors.keys()].filter((name) => name.startsWith('weights.'));
  return loadWeights(
    config,
    new Map(names.map((name) => [name.slice('weights.'.length), stored(golden, name)])),
  );
}

/** `velocity` of a case, the loss, and all gradients, compiled as one. */
function run(golden: Golden, parameters: Parameters, name: string): NamedTensors {
  const config = configOf(golden);
  const own = (key: string) =>
    stored(golden, golden.tensors.has(`inputs.${name}.${key}`) ? `inputs.${name}.${key}` : `inputs.${key}`);
  const times = own('timestep');
  const forward = compile((trainable: NamedTensors, timesteps: tf.Tensor) => {
    const sampleOf = (nested: Parameters) => {
      const { inputs, ...rest } = nested as Parameters & { inputs: { latent: tf.Tensor; text: tf.Tensor } };
      const parameters = asDitParameters(config, rest);
      const text = embedText(inputs.text, parameters);
      return velocity(config, { parameters, latents: inputs.latent, timesteps, text });
    };
    const lossOf = (nested: Parameters) => ({ loss: tf.mean(tf.square(sampleOf(nested))), logs: {} });
    const { loss, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
    return { sample: sampleOf(nestParameters(trainable)), loss, gradients };
  });
  const latent = tf.transpose(own('latent'), [0, 2, 3, 4, 1]);
  const trainable = { ...nameParameters(parameters), 'inputs.latent': latent, 'inputs.text': own('text') };
  const { sample, loss, gradients } = forward(trainable, tf.reshape(times, [times.shape[0], -1]));
  forward.dispose();
  const grads = Object.entries(gradients).map(([path, gradient]) => [
    `grads.${path}`,
    published(path, gradient),
  ]);
  return {
    sample: tf.transpose(sample, [0, 4, 1, 2, 3]),
    loss,
    ...(Object.fromEntries(grads) as NamedTensors),
  };
}

function published(path: string, tensor: tf.Tensor): tf.Tensor {
  if (path === 'inputs.latent') return tf.transpose(tensor, [0, 4, 1, 2, 3]);
  return path === 'patch_embedding.weight' ? tf.transpose(tensor, [4, 3, 0, 1, 2]) : tensor;
}

function expectClose(golden: Golden, name: string, got: tf.Tensor | undefined): void {
  if (got === undefined) throw new Error(`${name} has not been computed`);
  const rule = rules[golden.metadata['name'] ?? '']?.find(([pattern]) => new RegExp(pattern).test(name));
  if (rule === undefined) throw new Error(`no tolerance for ${name}`);
  const want = stored(golden, name);
  expect(got.shape, name).toEqual(want.shape);
  const worst = tf.max(tf.abs(tf.sub(got, want))).dataSync()[0];
  const largest = tf.max(tf.abs(want)).dataSync()[0] ?? NaN;
  expect(worst, name).toBeLessThanOrEqual(rule[1] + rule[2] * largest);
}

test.each(['scalar', 'per_token', 'mixed', 'rect'])('%s: the velocity and its gradients', (name) => {
  const got = run(dit, weightsOf(dit, configOf(dit)), name);
  expectClose(dit, `outputs.${name}.sample`, got['sample']);
  const wanted = [...dit.tensors.keys()].filter((key) => key.startsWith(`grads.${name}.`));
  for (const key of wanted) expectClose(dit, key, got[key.replace(`grads.${name}.`, 'grads.')]);
  expect(wanted.length > 0).toBe(['scalar', 'per_token'].includes(name));
});

test('with an adapter as diffusers stored it', () => {
  const base = weightsOf(lora, configOf(lora));
  const adapted = attachLora(base, readLora({ tensors: adapter.tensors, metadata: adapter.metadata }));
  for (const name of ['scalar', 'per_token']) {
    expectClose(lora, `outputs.base.${name}.sample`, run(lora, base, name)['sample']);
    expectClose(lora, `outputs.adapted.${name}.sample`, run(lora, adapted, name)['sample']);
  }
  const got = run(lora, adapted, 'per_token');
  const factors = Object.keys(nameParameters(adapted)).filter(isLoraFactor);
  expect(factors).toHaveLength(40);
  for (const name of factors) expectClose(lora, `grads.per_token.${name}`, got[`grads.${name}`]);
});
