import type { Latents } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { LatentSampler, Parameters, Statistics } from '@borealis/training';
import type { DitSamplerConfig } from '../config.ts';
import { asDitParameters } from '../parameters.ts';
import { normaliseStates } from '../states/normalise-states.ts';
import { textEmbedding } from '../text-embedding.ts';
import { latentsOf } from '../window-latents.ts';
import type { Denoiser } from './denoiser.ts';
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
  const checked = asDitParameters(config, parameters);
  const denoisers = new Map<'f32' | 'bf16', Denoiser>(); // compiled for a precision when it is first asked for
  const { contextLatents: k, latentFrames, latentHeight: h, latentWidth: w, latentChannels: c } = config;
  return {
    contextLatents: k,
    latents: latentFrames,
    dispose: () => {
      for (const denoiser of denoisers.values()) denoiser.dispose();
    },
    async *sample(window, options) {
      const { precision = 'f32', ...rest } = options;
      const drawing = { ...rest, noiseOf: `window at ${window.start} of shard ${window.shard}` };
      const context = k === 0 ? undefined : latentsOf(config, window, k);
      const text = textEmbedding(config, statistics);
      const states = config.states === null ? undefined : normaliseStates(config, statistics, [window]);
      const given = context && tf.tensor(context, [k, h, w, c]);
      const inputs = { text, ...(given && { given }), ...(states && { states }) };
      try {
        for await (const drawn of drawSamples(config, denoiserFor(precision), inputs, drawing))
          yield read(drawn);
      } finally {
        tf.dispose(Object.values(inputs));
      }
    },
  };

  function denoiserFor(precision: 'f32' | 'bf16'): Denoiser {
    const denoiser = denoisers.get(precision) ?? createDenoiser(config, checked, { precision });
    denoisers.set(precision, denoiser);
    return denoiser;
  }

  function read(drawn: tf.Tensor): Latents {
    const data = drawn.dataSync() as Float32Array;
    drawn.dispose();
    return { data, count: latentFrames, height: h, width: w, channels: c };
  }
}
