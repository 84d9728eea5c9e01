import type { Dataset } from '@borealis/dataset';
import type { LatentModel } from '@borealis/training';
import { isLoraFactor } from '@borealis/training';
import type { DitBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { DitSamplerConfig } from './config.ts';
import { ditSamplerConfigSchema, presets } from './config.ts';
import { DitSamplerError } from './errors.ts';
import { loss } from './flow/loss.ts';
import { init, shapes } from './init.ts';
import { STATE_CONDITIONER } from './parameter-specs.ts';
import { fromPublishedConfig } from './published-config.ts';
import { createSampler } from './sampling/sampler.ts';
import { stateNormalisation } from './states/state-statistics.ts';
import { heldWeights } from './weights.ts';
import { framesOfLatents } from './window-latents.ts';

/** Rows and columns of pixels that a latent stands for (Wan 2.2's autoencoder). */
const PIXELS_PER_LATENT = 16;

/** Wan's transformer conditioned on frames and robot states, as trainer, evaluator and command line load it. */
export const ditSampler: LatentModel<DitSamplerConfig, DitBatch> = {
  name: 'dit-sampler',
  track: 'frames',
  configSchema: ditSamplerConfigSchema,
  presets,
  windowSpec: ({ latentFrames, stride }) => ({
    ...{ frames: framesOfLatents(latentFrames), stride },
    content: 'frames',
  }),
  adapt: (config, dataset) => ditSamplerConfigSchema.parse({ ...config, ...latentSizeOf(dataset) }),
  fitStatistics: (_, training) => Promise.resolve(stateNormalisation(training)),
  init,
  shapes,
  trainable,
  toBatch,
  loss,
  createSampler,
  published: { configOf: fromPublishedConfig, parametersOf: heldWeights },
};

/** Without adapters everything trains; with adapters these do, and what robot states pass through. */
function trainable({ lora }: DitSamplerConfig, path: string): boolean {
  return lora === null || isLoraFactor(path) || path.startsWith(`${STATE_CONDITIONER}.`);
}

function latentSizeOf(dataset: Dataset): { readonly latentHeight: number; readonly latentWidth: number } {
  const { frameSize, dir } = dataset;
  if (frameSize === undefined) {
    throw new DitSamplerError('DATASET', `${dir} holds tokens, not pictures: the sampler needs raw data`);
  }
  const { height, width } = frameSize;
  if (height % PIXELS_PER_LATENT !== 0 || width % PIXELS_PER_LATENT !== 0) {
    throw new DitSamplerError(
      'DATASET',
      `${dir} holds pictures of ${height}×${width}: the autoencoder needs sides that are multiples of ${PIXELS_PER_LATENT}`,
    );
  }
  return { latentHeight: height / PIXELS_PER_LATENT, latentWidth: width / PIXELS_PER_LATENT };
}
