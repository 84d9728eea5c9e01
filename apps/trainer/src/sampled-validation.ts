import type { Dataset } from '@borealis/dataset';
import { createFrameMean } from '@borealis/ensemble';
import type { Autoencoder, FrameWindow } from '@borealis/evaluator';
import { createFrameSampler, targetOf, wholeWindow } from '@borealis/evaluator';
import { framePsnr } from '@borealis/metrics';
import type { TensorTree } from '@borealis/tensor';
import type { LatentModel, LogValues, Parameters, RunConfig, Statistics } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';

/** How futures are drawn while a model trains. */
export type ValidationSampling = NonNullable<NonNullable<RunConfig['validation']>['sampling']>;

/** One frame's dB at most: an exact copy would be infinite. */
const PSNR_CEILING = 100;

/**
 * Draws the futures of a few windows, which stay the same throughout and start from the same noise: `psnr` is that of the
 * last frame of the mean of their samples.
 *
 * @throws TrainerError `INVALID_ARGUMENT` where the data has no such windows
 */
export async function createSampledValidation(options: {
  readonly model: LatentModel<unknown, TensorTree>;
  readonly config: unknown;
  readonly statistics: Statistics;
  readonly autoencoder: Autoencoder;
  /** With pictures. */
  readonly dataset: Dataset;
  readonly sampling: ValidationSampling;
  readonly precision: 'f32' | 'bf16';
}): Promise<{ evaluate(parameters: Parameters): Promise<LogValues> }> {
  const { model, config, statistics, autoencoder, dataset, sampling, precision } = options;
  const index = dataset.windows(model.windowSpec(config));
  const count = Math.min(sampling.windows, index.count);
  if (count === 0) throw new TrainerError('INVALID_ARGUMENT', `${dataset.dir} has no window to sample`);
  const windows: FrameWindow[] = [];
  for (let i = 0; i < count; i++)
    windows.push(await wholeWindow(index, Math.floor((i * index.count) / count)));
  const { samples, steps } = sampling;
  const drawing = { samples, steps, seed: 0, solver: 'unipc', guidanceScale: 1, whole: 0 } as const;
  return {
    evaluate: async (parameters) => {
      const sampler = model.createSampler(config, parameters, statistics);
      const frames = createFrameSampler(sampler, autoencoder);
      let sum = 0;
      try {
        for (const window of windows) {
          const mean = createFrameMean();
          for await (const sample of frames.draw(window, { ...drawing, precision, together: samples }))
            mean.add(sample);
          sum += framePsnr(mean.result(), targetOf(window), { ceiling: PSNR_CEILING }).mean;
        }
      } finally {
        sampler.dispose();
      }
      return { psnr: sum / count };
    },
  };
}
