import type { DitParameters, DitSamplerConfig } from '@borealis/dit-sampler';
import {
  asDitParameters,
  block,
  crossAttention,
  embedPatches,
  embedText,
  embedTimesteps,
  feedForward,
  loadWeights,
  modulationOf,
  presets,
  projectTimestep,
  rotaryTables,
  selfAttention,
  shifted,
  textNorm,
  timestepFeatures,
  velocity,
} from '@borealis/dit-sampler';
import { compile, layerNorm, linear, rmsNorm, tf } from '@borealis/tensor';
import type { NamedTensors, Parameters } from '@borealis/training';
import {
  disposeNamed,
  loraLinear,
  nameParameters,
  nestParameters,
  valueAndGradients,
} from '@borealis/training';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { configOf } from './golden.ts';
import { produce, tensorsUnder, toTensor } from './golden-tensors.ts';
import type { Produced, VerifierOptions } from './verifier.ts';

const configSchema = z.object({
  model: z.object({
    num_layers: z.int(),
    num_attention_heads: z.int(),
    attention_head_dim: z.int(),
    ffn_dim: z.int(),
    freq_dim: z.int(),
    in_channels: z.int(),
    text_dim: z.int(),
    patch_size: z.tuple([z.int(), z.int(), z.int()]),
    eps: z.number(),
  }),
});

/** Cases of the file, in which a case may bring its own latents and text. */
const CASES = ['scalar', 'per_token', 'mixed', 'rect'] as const;

/** `wan22_dit`: the transformer of @borealis/dit-sampler, its parts, and the gradients of `mean(sample²)`. */
export function* verifyWanDit(golden: Golden, { precision }: VerifierOptions): Iterable<Produced> {
  const config = ditConfigOf(golden);
  const parameters = goldenParameters(golden, config);
  for (const name of CASES) {
    const inputs = caseInputs(golden, name);
    const trainable = { ...parameters, 'inputs.latent': inputs.latents, 'inputs.text': inputs.text };
    const run = compile(
      (trainable: NamedTensors, timesteps: tf.Tensor) => sampleAndGradients(config, trainable, timesteps),
      { name: `wan_dit_${name}`, precision },
    );
    const { sample, loss, gradients } = run(trainable, inputs.timesteps);
    run.dispose();
    yield produce(`outputs.${name}.sample`, sample);
    yield produce(`outputs.${name}.loss`, loss);
    for (const [path, gradient] of Object.entries(gradients)) {
      yield produce(`grads.${name}.${path}`, asPublished(path, gradient));
    }
    if (name === 'per_token') yield* parts(config, trainable, { timesteps: inputs.timesteps, precision });
    disposeNamed({ ...inputs });
  }
  disposeNamed(parameters);
}

export function ditConfigOf(golden: Golden): DitSamplerConfig {
  const { model } = configOf(golden, configSchema);
  return {
    ...presets.small,
    layers: model.num_layers,
    heads: model.num_attention_heads,
    headDim: model.attention_head_dim,
    ffnDim: model.ffn_dim,
    freqDim: model.freq_dim,
    latentChannels: model.in_channels,
    textDim: model.text_dim,
    patchSize: model.patch_size,
    eps: model.eps,
    states: null,
  };
}

/** The file's weights, read as a published checkpoint is. */
export function goldenParameters(golden: Golden, config: DitSamplerConfig): NamedTensors {
  const stored = new Map(Object.entries(tensorsUnder(golden, 'weights.')));
  return nameParameters(loadWeights(config, stored));
}

/** Latents channels last, and one timestep for each sample or token. */
export function caseInputs(golden: Golden, name: string) {
  return tf.tidy(() => {
    const own = (key: string) =>
      toTensor(
        golden.tensor(golden.has(`inputs.${name}.${key}`) ? `inputs.${name}.${key}` : `inputs.${key}`),
      );
    const timesteps = own('timestep');
    return {
      latents: tf.transpose(own('latent'), [0, 2, 3, 4, 1]),
      text: own('text'),
      timesteps: tf.reshape(timesteps, [timesteps.shape[0], -1]),
    };
  });
}

/** The velocity in the reference's layout, `mean(velocity²)` and its gradients by the function that training takes them with. */
export function sampleAndGradients(config: DitSamplerConfig, trainable: NamedTensors, timesteps: tf.Tensor) {
  const run = (nested: Parameters) => {
    const { inputs, ...rest } = nested as {
      readonly inputs: { latent: tf.Tensor; text: tf.Tensor };
    } & Parameters;
    const parameters = asDitParameters(config, rest);
    const text = embedText(inputs.text, parameters);
    return velocity(config, { parameters, latents: inputs.latent, timesteps, text });
  };
  const lossOf = (nested: Parameters) => ({ loss: tf.mean(tf.square(run(nested))), logs: {} });
  const { loss, gradients } = valueAndGradients(lossOf, { trainable, frozen: {}, batch: [] });
  return { sample: channelsFirst(run(nestParameters(trainable))), loss, gradients };
}

/** A gradient or weight in the layout of the reference. */
function asPublished(path: string, tensor: tf.Tensor): tf.Tensor {
  const laidOut = tf.tidy(() => {
    if (path === 'inputs.latent') return channelsFirst(tensor);
    return path === 'patch_embedding.weight' ? tf.transpose(tensor, [4, 3, 0, 1, 2]) : tf.clone(tensor);
  });
  tensor.dispose();
  return laidOut;
}

function channelsFirst(video: tf.Tensor): tf.Tensor {
  return tf.transpose(video, [0, 4, 1, 2, 3]);
}

/** What stands between input and output of the case `per_token`, as the reference's modules give it. */
function* parts(
  config: DitSamplerConfig,
  trainable: NamedTensors,
  { timesteps, precision }: { readonly timesteps: tf.Tensor } & VerifierOptions,
): Iterable<Produced> {
  const run = compile((named: NamedTensors, timesteps: tf.Tensor) => partsOf(config, named, timesteps), {
    name: 'wan_dit_parts',
    precision,
  });
  const outputs = run(trainable, timesteps);
  run.dispose();
  for (const [name, tensor] of Object.entries(outputs)) yield produce(`outputs.per_token.${name}`, tensor);
}

function partsOf(config: DitSamplerConfig, named: NamedTensors, timesteps: tf.Tensor): NamedTensors {
  const { inputs, ...rest } = nestParameters(named) as {
    readonly inputs: { latent: tf.Tensor; text: tf.Tensor };
  };
  const p: DitParameters = asDitParameters(config, rest);
  const { latent, text } = inputs;
  const [b, t, h, w] = latent.shape as [number, number, number, number, number];
  const { heads, headDim, eps, patchSize, freqDim } = config;
  const grid = [t / patchSize[0], h / patchSize[1], w / patchSize[2]] as const;
  const n = grid[0] * grid[1] * grid[2];
  const features = timestepFeatures(timesteps, freqDim);
  const temb = embedTimesteps(features, p.condition_embedder.time_embedder);
  const timestep = projectTimestep(temb, p.condition_embedder.time_proj);
  const told = embedText(text, p);
  const rotary = rotaryTables(grid, headDim);
  const embedded = embedPatches(latent, p.patch_embedding.weight, p.patch_embedding.bias);
  const outputs: Record<string, tf.Tensor> = {
    timesteps_proj: tf.reshape(features, [b * n, freqDim]),
    time_embedder: temb,
    time_proj: tf.reshape(timestep, [b, n, -1]),
    text_embedder: told,
    patch_embedding: channelsFirst(tf.reshape(embedded, [b, ...grid, heads * headDim])),
    rope_cos: tf.reshape(rotary.cos, [1, n, 1, headDim]),
    rope_sin: tf.reshape(rotary.sin, [1, n, 1, headDim]),
  };
  const setting = { heads, eps, linear: loraLinear };
  let x = embedded;
  for (const [i, layer] of Object.entries(p.blocks)) {
    const { shift, scale, gate, ffnShift, ffnScale } = modulationOf(layer, timestep);
    const seen = shifted(x, { shift, scale, eps });
    const attended = selfAttention(seen, layer.attn1, { ...setting, rotary });
    const between = tf.add(x, tf.mul(attended, tf.reshape(gate, x.shape)));
    const heard = crossAttention(textNorm(between, layer, eps), told, layer.attn2, setting);
    const third = tf.add(between, heard);
    const { weight, bias } = layer.attn1.to_q;
    Object.assign(outputs, {
      [`blocks.${i}.norm1`]: layerNorm(x, undefined, eps),
      [`blocks.${i}.attn1.norm_q`]: rmsNorm(linear(seen, weight, bias), layer.attn1.norm_q.weight, eps),
      [`blocks.${i}.attn1`]: attended,
      [`blocks.${i}.norm2`]: textNorm(between, layer, eps),
      [`blocks.${i}.attn2`]: heard,
      [`blocks.${i}.ffn`]: feedForward(
        shifted(third, { shift: ffnShift, scale: ffnScale, eps }),
        layer.ffn,
        loraLinear,
      ),
    });
    x = block(x, layer, { ...setting, timestep, text: told, rotary });
    outputs[`blocks.${i}`] = x;
  }
  const [shift, scale] = tf.split(
    tf.add(tf.expandDims(p.scale_shift_table, 0), tf.expandDims(temb, 2)),
    2,
    2,
  ) as [tf.Tensor, tf.Tensor];
  outputs['norm_out'] = layerNorm(x, undefined, eps);
  outputs['proj_out'] = linear(shifted(x, { shift, scale, eps }), p.proj_out.weight, p.proj_out.bias);
  return outputs;
}
