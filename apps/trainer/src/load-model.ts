import type { Model } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';

/** Packages that export a model of the contract. */
const MODELS: Readonly<Record<string, () => Promise<Model>>> = {
  'st-transformer': async () => (await import('@borealis/st-transformer')).stTransformer,
  'video-vae': async () => (await import('@borealis/video-vae')).videoVae,
};

/** @throws TrainerError `UNKNOWN_MODEL` */
export async function loadModel(name: string): Promise<Model> {
  const load = MODELS[name];
  if (load !== undefined) return load();
  const known = Object.keys(MODELS).join(', ');
  throw new TrainerError('UNKNOWN_MODEL', `there is no model ${JSON.stringify(name)}; there is ${known}`);
}
