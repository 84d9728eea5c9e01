import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@borealis/checkpoints';
import type { Parameters } from '@borealis/training';
import type { LoadParametersOptions, VideoVaeConfig } from '@borealis/video-vae';
import { fromPublishedConfig, loadParameters, saveParameters, toPublishedConfig } from '@borealis/video-vae';

/** A VAE in memory; the parameters are the caller's to dispose. */
export interface LoadedVae {
  readonly config: VideoVaeConfig;
  readonly parameters: Parameters;
  /** Frames of the longest clips that its training showed; undefined where that isn't known. */
  readonly learnedFrames?: number;
}

/** As diffusers names them. */
export const CONFIG = 'config.json';
const WEIGHTS = 'diffusion_pytorch_model.safetensors';

/** Reads the folder `vae/` of a model in the diffusers layout. Throws VideoVaeError, SafetensorsError, the system's errors. */
export async function readPublishedVae(
  folder: string,
  options: LoadParametersOptions = {},
): Promise<LoadedVae> {
  const config = fromPublishedConfig(JSON.parse(await readFile(join(folder, CONFIG), 'utf8')));
  return { config, parameters: await loadParameters(config, join(folder, WEIGHTS), options) };
}

/** Writes a folder that `readPublishedVae` reads, and diffusers' `AutoencoderKLWan.from_pretrained`. */
export async function writePublishedVae(folder: string, { config, parameters }: LoadedVae): Promise<void> {
  await saveParameters(config, parameters, { path: join(folder, WEIGHTS), metadata: { format: 'pt' } });
  await writeFileAtomic(join(folder, CONFIG), `${JSON.stringify(toPublishedConfig(config), null, 2)}\n`);
}
