import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { holdFor } from '@borealis/tensor';
import type { ModelFolder } from '@borealis/training';
import {
  disposeNamed,
  fromLoaded,
  nameParameters,
  nestParameters,
  openModelFolder,
} from '@borealis/training';
import { init, videoVae, videoVaeConfigSchema } from '@borealis/video-vae';
import { EvaluatorError } from '../evaluator-error.ts';
import type { LoadedVae } from './published-vae.ts';
import { CONFIG, readPublishedVae } from './published-vae.ts';
import { trainedVae } from './trained-vae.ts';

export interface LoadAutoencoderOptions {
  /** Told where this takes long: the first time that a run's latents are measured. */
  readonly tell?: ((message: string) => void) | undefined;
  /** In which it will be computed: what is stored in bfloat16 stays so for `bf16`. Default `f32`. */
  readonly precision?: 'f32' | 'bf16' | undefined;
}

/**
 * A video autoencoder from any of: a run of video-vae, a model folder, a folder in the diffusers layout, or a whole
 * pipeline in that layout with its `vae/`. The backend must have been started.
 *
 * @throws EvaluatorError `autoencoder` where the folder holds none
 */
export async function loadAutoencoder(
  folder: string,
  { tell = () => undefined, precision = 'f32' }: LoadAutoencoderOptions = {},
): Promise<LoadedVae> {
  if (existsSync(join(folder, 'checkpoints'))) return trainedVae(folder, tell);
  const model = await openModelFolder(folder);
  if (model !== null) return fromModelFolder(folder, model, holdFor(precision));
  const published = [folder, join(folder, 'vae')].find((each) => existsSync(join(each, CONFIG)));
  if (published !== undefined) return readPublishedVae(published, { hold: holdFor(precision) });
  throw new EvaluatorError(
    'autoencoder',
    `${folder} holds no video autoencoder: a run of video-vae is expected, a model folder, or one in the diffusers layout (${CONFIG} and weights)`,
  );
}

async function fromModelFolder(
  folder: string,
  model: ModelFolder,
  hold: 'as-stored' | 'float32',
): Promise<LoadedVae> {
  const { record } = model;
  if (record.model !== videoVae.name) {
    throw new EvaluatorError('autoencoder', `${folder} holds a ${record.model}, not a ${videoVae.name}`);
  }
  const config = videoVaeConfigSchema.parse(record.config);
  const template = nameParameters(init(config, 0));
  try {
    const weights = await model.loadWeights({ hold });
    const parameters = nestParameters(fromLoaded(weights, template));
    return { config, parameters, learnedFrames: config.clipFrames };
  } finally {
    disposeNamed(template);
  }
}
