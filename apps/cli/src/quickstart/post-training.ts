import type { LoadedVae } from '@borealis/evaluator';
import { encodeDataset, loadAutoencoder } from '@borealis/evaluator';
import { openDataset } from '@borealis/dataset';
import { formatDuration } from '@borealis/report';
import { startBackend } from '@borealis/tensor';
import { disposeNamed, nameParameters } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import { shippedModels } from '../models/shipped-models.ts';
import type { Start } from './start.ts';
import type { TrainingResult } from './training-stage.ts';
import { trainingStage } from './training-stage.ts';

export interface PostTraining extends TrainingResult {
  /** Folder of the training run. */
  readonly run: string;
}

/** The shipped sampler's adapters and state conditioning, trained further on latents of the data. */
export async function postTraining(start: Start): Promise<PostTraining> {
  const { training: data, validation, at, stage, signal, plan } = start;
  const { stride, training, sampling, windows } = plan.sampling.learning;
  const run = at('dit-sampler');
  await latentsBesideData(start);
  const result = await stage('post-training', (tell) =>
    trainingStage(
      {
        ...{ model: 'dit-sampler', from: shippedModels.ditSampler, vae: shippedModels.videoVae },
        ...{ seed: plan.seed, data, run, modelConfig: { stride }, training },
        validation: { data: validation, windows, sampling },
      },
      { tell, signal },
    ),
  );
  return { ...result, run };
}

/** They outlive a start, and may have been removed: what lies there is looked at each time, and not made again. */
async function latentsBesideData({ training, validation, plan, tell, signal }: Start): Promise<void> {
  const began = performance.now();
  await startBackend();
  const vae = await loadAutoencoder(shippedModels.videoVae);
  const { frames, learning } = plan.sampling;
  let made = 0;
  try {
    for (const dir of [training, validation])
      made += await encode(dir, vae, { frames, stride: learning.stride, tell, signal });
  } finally {
    disposeNamed(nameParameters(vae.parameters));
  }
  tell(
    `latents: ${made === 0 ? 'done before' : `done in ${formatDuration((performance.now() - began) / 1000)}`}`,
  );
}

/** @returns of how many recordings latents were made */
async function encode(
  dir: string,
  vae: LoadedVae,
  options: Pick<Start, 'tell' | 'signal'> & { readonly frames: number; readonly stride: number },
): Promise<number> {
  const { frames, stride, tell, signal } = options;
  const dataset = await openDataset(dir);
  try {
    const { finished, segments, found } = await encodeDataset({
      ...{ dataset, vae, frames, stride, precision: 'f32' },
      onSegment: (done, total, found) => {
        if (done > found) tell(`latents: ${dir}: recording ${done} of ${total}`);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    if (!finished) throw new CliError('interrupted', 'interrupted: start again to go on from here');
    return segments - found;
  } finally {
    await dataset.close();
  }
}
