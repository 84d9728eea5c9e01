import type { TensorData } from '@borealis/safetensors';
import type { Random, tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '@borealis/dit-sampler';
import { ditSamplerConfigSchema, isAdaptable, presets, publishedShapes } from '@borealis/dit-sampler';
import { normalData } from '../normal-data.ts';

export interface DitSizes {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly ffnDim: number;
  /** Latent frames, of which the first is given, and latents on a side of a picture; 2×2 of them are a token. */
  readonly latentFrames: number;
  readonly latentSide: number;
  readonly textLength: number;
  readonly textDim: number;
  readonly rank: number;
}

/** Of the published model everything but the width (1,024 for 3,072) and the depth (4 layers for 30); 1,280 tokens. */
export const DIT_SIZES: DitSizes = {
  layers: 4,
  heads: 8,
  headDim: 128,
  ffnDim: 4096,
  latentFrames: 5,
  latentSide: 32,
  textLength: 512,
  textDim: 4096,
  rank: 32,
};

/** No robot states: diffusers knows none. */
export function ditConfig(sizes: DitSizes): DitSamplerConfig {
  const { rank, latentSide, ...fields } = sizes;
  return ditSamplerConfigSchema.parse({
    ...presets['wan2.2-ti2v-5b'],
    ...fields,
    latentHeight: latentSide,
    latentWidth: latentSide,
    contextLatents: 1,
    states: null,
    lora: { rank, alpha: rank, dropout: 0, layers: 'all' },
    recompute: false,
  });
}

/** What the other side builds its model from. */
export function ditSettings(config: DitSamplerConfig) {
  const { layers, heads, headDim, ffnDim, freqDim, latentChannels, textDim, eps, contextLatents } = config;
  return { layers, heads, headDim, ffnDim, freqDim, latentChannels, textDim, eps, contextLatents };
}

/** Every published parameter under its published name. */
export function ditData(random: Random, config: DitSamplerConfig): [string, TensorData][] {
  return Object.entries(publishedShapes(config)).map(([name, shape]) => [
    name,
    weightData(random, name, shape),
  ]);
}

function weightData(random: Random, name: string, shape: readonly number[]): TensorData {
  return normalData(random.fork(name), shape, weightScale(name, shape));
}

/** Of a published parameter's drawn values: activations keep a sound size through all layers. */
export function weightScale(
  name: string,
  shape: readonly number[],
): { readonly mean: number; readonly deviation: number } {
  if (/norm\w*\.weight$/.test(name)) return { mean: 1, deviation: 0.1 };
  if (name.endsWith('scale_shift_table')) return { mean: 0, deviation: 0.1 };
  if (shape.length === 1) return { mean: 0, deviation: 0.02 };
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  return { mean: 0, deviation: 1 / Math.sqrt(fanIn) };
}

/** Adapters on every linear layer, as if they had been trained already: neither factor is 0. */
export function adapterData(random: Random, config: DitSamplerConfig, rank: number): [string, TensorData][] {
  const linear = Object.entries(publishedShapes(config)).filter(
    ([name, shape]) => shape.length === 2 && name.endsWith('.weight') && isAdaptable(name),
  );
  return linear.flatMap(([name, [out = 0, into = 0]]) => {
    const layer = name.slice(0, -'.weight'.length);
    const own = random.fork(`lora ${layer}`);
    return [
      [`${layer}.lora_A.weight`, normalData(own, [rank, into], { deviation: 1 / Math.sqrt(into) })],
      [`${layer}.lora_B.weight`, normalData(own, [out, rank], { deviation: 0.02 })],
    ] satisfies [string, TensorData][];
  });
}

/** The inputs that are parameters: all but those named. */
export function parametersAmong(
  inputs: ReadonlyMap<string, tf.Tensor>,
  others: readonly string[],
): Map<string, tf.Tensor> {
  return new Map([...inputs].filter(([name]) => !others.includes(name)));
}
