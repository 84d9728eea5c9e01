import type { LatentModel, Model } from '@borealis/training';
import type { TensorTree } from '@borealis/tensor';
import { TrainerError } from './trainer-error.ts';

/** Packages that export a model of the contract. */
const MODELS: Readonly<Record<string, () => Promise<Model>>> = {
  'st-transformer': async () => (await import('@borealis/st-transformer')).stTransformer,
  'dit-sampler': async () => (await import('@borealis/dit-sampler')).ditSampler,
  'video-vae': async () => (await import('@borealis/video-vae')).videoVae,
};

/** A model that learns latents, which an autoencoder has made of frames, and draws futures of them. */
export function drawsLatents(model: Model): model is LatentModel<unknown, TensorTree> {
  return 'createSampler' in model;
}

/** @throws TrainerError `UNKNOWN_MODEL` */
export async function loadModel(name: string): Promise<Model> {
  const load = MODELS[name];
  if (load !== undefined) return load();
  const known = Object.keys(MODELS).join(', ');
  throw new TrainerError('UNKNOWN_MODEL', `there is no model ${JSON.stringify(name)}; there is ${known}`);
}
