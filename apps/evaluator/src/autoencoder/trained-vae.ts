import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { openDataset } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import { disposeNamed, nameParameters, readRunDirectory, readTrained } from '@borealis/training';
import type { VideoVaeConfig } from '@borealis/video-vae';
import { createVideoVae, measureLatents, videoVae, videoVaeConfigSchema } from '@borealis/video-vae';
import { EvaluatorError } from '../evaluator-error.ts';
import type { LoadedVae } from './published-vae.ts';
import { readPublishedVae, writePublishedVae } from './published-vae.ts';
import { videoOf } from './video-of.ts';

/** Clips that the latents' mean and deviation are taken from, evenly spaced over the training data. */
const MEASURED_CLIPS = 64;

/**
 * The VAE that a run has trained, from its last sound checkpoint. What its latents are normalised with is measured on the
 * run's training data the first time, and kept with the parameters in `vae-<step>` of the run, in the diffusers layout.
 */
export async function trainedVae(directory: string, tell: (message: string) => void): Promise<LoadedVae> {
  const run = await readRunDirectory(directory);
  if (run.config.model !== videoVae.name) {
    throw new EvaluatorError(
      'autoencoder',
      `${directory} holds a ${run.config.model}, not a ${videoVae.name}`,
    );
  }
  const config = videoVaeConfigSchema.parse(run.config.modelConfig);
  const learnedFrames = config.clipFrames;
  const store = await openFolderStore(run.checkpoints);
  const trained = await readTrained({ store, model: videoVae, config });
  if (trained === null) throw new EvaluatorError('autoencoder', `${directory} holds no checkpoint yet`);
  const folder = join(directory, `vae-${trained.step}`);
  if (existsSync(join(folder, 'config.json'))) {
    disposeNamed(nameParameters(trained.parameters));
    const { config: kept, parameters } = await readPublishedVae(folder);
    const { latentsMean, latentsStd } = kept; // of how it was trained the diffusers layout tells nothing
    return { config: { ...config, latentsMean, latentsStd }, parameters, learnedFrames };
  }
  const { parameters } = trained;
  const measured = await measure({ config, parameters }, run.config.data.dir, tell);
  await mkdir(folder, { recursive: true });
  await writePublishedVae(folder, { config: measured, parameters });
  return { config: measured, parameters, learnedFrames };
}

async function measure(
  { config, parameters }: LoadedVae,
  data: string,
  tell: (message: string) => void,
): Promise<VideoVaeConfig> {
  const meter = measureLatents(config);
  const vae = createVideoVae(config, parameters);
  const dataset = await openDataset(data);
  try {
    const windows = dataset.windows(videoVae.windowSpec(config));
    const clips = Math.min(MEASURED_CLIPS, windows.count);
    for (let i = 0; i < clips; i++) {
      const video = videoOf(await windows.at(Math.floor((i * windows.count) / clips)));
      const latents = vae.encode(video);
      meter.add(latents);
      tf.dispose([video, latents]);
      tell(`measuring latents: clip ${i + 1} of ${clips}`);
    }
    return meter.measured();
  } finally {
    await dataset.close();
    vae.dispose();
  }
}
