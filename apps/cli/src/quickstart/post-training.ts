import type { LoadedVae } from '@borealis/evaluator';
import { encodeDataset, loadAutoencoder } from '@borealis/evaluator';
import { openDataset } from '@borealis/dataset';
import { startBackend } from '@borealis/tensor';
import { disposeNamed, nameParameters } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import { shippedModels } from '../models/shipped-models.ts';
import type { Tell } from '../progress/stage-progress.ts';
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
  const { frames, learning } = plan.sampling;
  const { stride, training, sampling, windows } = learning;
  const run = at('dit-sampler');
  await stage('latents', async (tell) => {
    await startBackend();
    const vae = await loadAutoencoder(shippedModels.videoVae);
    try {
      for (const dir of [data, validation]) await encode(dir, vae, { frames, stride, tell, signal });
    } finally {
      disposeNamed(nameParameters(vae.parameters));
    }
  });
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

/** Latents beside the data; those that lie there are not made again. */
async function encode(
  dir: string,
  vae: LoadedVae,
  options: {
    readonly frames: number;
    readonly stride: number;
    readonly tell: Tell;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { frames, stride, tell, signal } = options;
  const dataset = await openDataset(dir);
  try {
    const { finished } = await encodeDataset({
      ...{ dataset, vae, frames, stride, precision: 'f32' },
      onSegment: (done, total) => {
        tell(`${dir}: recording ${done} of ${total}`);
      },
      ...(signal === undefined ? {} : { signal }),
    });
    if (!finished) throw new CliError('interrupted', 'interrupted: start again to go on from here');
  } finally {
    await dataset.close();
  }
}
