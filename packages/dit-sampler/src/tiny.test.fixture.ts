import type { Window } from '@borealis/dataset';
import { createRandom, tf } from '@borealis/tensor';
import type { Parameters, Statistics } from '@borealis/training';
import { mapNamed, nameParameters, nestParameters } from '@borealis/training';
import type { DitSamplerConfig } from './config.ts';
import { framesOfLatents } from './window-latents.ts';

/** A model that a test trains in a moment. */
export const tiny: DitSamplerConfig = {
  layers: 2,
  heads: 2,
  headDim: 8,
  ffnDim: 24,
  freqDim: 8,
  latentChannels: 3,
  textDim: 6,
  textLength: 2,
  patchSize: [1, 2, 2],
  eps: 1e-6,
  latentFrames: 3,
  latentHeight: 4,
  latentWidth: 6,
  contextLatents: 1,
  stride: 4,
  states: { channels: 2, form: 'pose', frequencies: 2, dim: 8, dropout: 0 },
  lora: null,
  shift: 3,
  trainingNoise: { distribution: 'uniform' },
  recompute: false,
};

/** States are normalised by something that is not the identity. */
export const tinyStatistics: Statistics = {
  state_mean: Float32Array.of(0.5, -1),
  state_deviation: Float32Array.of(0.5, 2),
};

/** A window of random latents and states. */
export function randomWindow(config: DitSamplerConfig, seed: number): Window {
  const random = createRandom(seed);
  const { latentFrames: count, latentHeight: height, latentWidth: width, latentChannels: channels } = config;
  const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
  const frameCount = framesOfLatents(count);
  const states = draw(frameCount * (config.states?.channels ?? 0));
  const data = draw(count * height * width * channels);
  return {
    shard: 0,
    segment: seed,
    start: seed,
    frameCount,
    states,
    latents: { data, count, height, width, channels },
  };
}

/** Parameters of which none is zero or one, so that each shows. */
export function stirred(parameters: Parameters, seed = 9): Parameters {
  const random = createRandom(seed);
  return nestParameters(
    mapNamed(nameParameters(parameters), (tensor, name) =>
      tf.tidy(() => tf.add(tensor, random.fork(name).normalTensor(tensor.shape, 0.1))),
    ),
  );
}
