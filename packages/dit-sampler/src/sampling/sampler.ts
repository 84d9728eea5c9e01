import type { Latents } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { LatentSampler, Parameters, Statistics } from '@borealis/training';
import type { DitSamplerConfig } from '../config.ts';
import { asDitParameters } from '../parameters.ts';
import { normaliseStates } from '../states/normalise-states.ts';
import { textEmbedding } from '../text-embedding.ts';
import { latentsOf } from '../window-latents.ts';
import { createDenoiser } from './denoiser.ts';
import { drawSamples } from './draw-samples.ts';

/**
 * Samples of windows' futures with one set of parameters, which stay the caller's; `dispose` lets go of the compiled
 * functions alone.
 */
export function createSampler(
  config: DitSamplerConfig,
  parameters: Parameters,
  statistics: Statistics,
): LatentSampler {
  const denoiser = createDenoiser(config, asDitParameters(config, parameters));
  const { contextLatents: k, latentFrames, latentHeight: h, latentWidth: w, latentChannels: c } = config;
  return {
    contextLatents: k,
    latents: latentFrames,
    dispose: () => {
      denoiser.dispose();
    },
    async *sample(window, options) {
      const given = k === 0 ? undefined : tf.tensor(latentsOf(config, window, k), [k, h, w, c]);
      const states = config.states === null ? undefined : normaliseStates(config, statistics, [window]);
      const text = textEmbedding(config, statistics);
      const inputs = { text, ...(given && { given }), ...(states && { states }) };
      try {
        for await (const drawn of drawSamples(config, denoiser, inputs, options)) yield read(drawn);
      } finally {
        tf.dispose(Object.values(inputs));
      }
    },
  };

  function read(drawn: tf.Tensor): Latents {
    const data = drawn.dataSync() as Float32Array;
    drawn.dispose();
    return { data, count: latentFrames, height: h, width: w, channels: c };
  }
}
