import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { shuffledWindows, stateStatistics } from '@borealis/dataset';
import type { Autoencoder } from '@borealis/evaluator';
import { openAutoencoder } from '@borealis/evaluator';
import type { Cluster } from '@borealis/tensor';
import { joinCluster, startTrainingBackend } from '@borealis/tensor';
import type { Model, RunConfig, TrainingLog } from '@borealis/training';
import {
  collectVersions,
  combineLogs,
  createMetricFile,
  createTensorBoardLog,
  openRunDirectory,
  readRunDirectory,
  readStatistics,
  trainLoop,
} from '@borealis/training';
import { givenStatistics } from './given-statistics.ts';
import { drawsLatents, loadModel } from './load-model.ts';
import { createSampledValidation } from './sampled-validation.ts';
import { resolveTogether, shareStatistics } from './share-run.ts';
import { TrainerError } from './trainer-error.ts';
import { createValidation } from './validation.ts';
import type { TrainResult, TrainSettings } from './train-settings.ts';

const PACKAGES = ['training', 'tensor', 'checkpoints', 'dataset'];
const RETENTION = { keepLast: 3 };

/** What else a training needs than its settings. */
interface Surroundings {
  /** Told besides the run's own files. */
  readonly log: TrainingLog;
  readonly signal: AbortSignal;
}

/**
 * The whole flow of training, in this process, which it blocks: data → windows → batches → steps → checkpoints. Of a
 * cluster, task 0 keeps the run's folder; the others only compute.
 */
export async function runTraining(settings: TrainSettings, surroundings: Surroundings): Promise<TrainResult> {
  if (settings.cluster === undefined) return trainAs(undefined, settings, surroundings);
  await startTrainingBackend();
  const cluster = await joinCluster(settings.cluster);
  try {
    return await trainAs(cluster, settings, surroundings);
  } catch (error) {
    cluster.reportFailure(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function trainAs(
  cluster: Cluster | undefined,
  settings: TrainSettings,
  { log: reporter, signal }: Surroundings,
): Promise<TrainResult> {
  const leads = cluster === undefined || cluster.task === 0;
  const { resume = 'never' } = settings;
  const plain = await loadModel(settings.model);
  const there = leads && resume !== 'never' && existsSync(join(settings.run, 'config.json'));
  const stored = there ? (await readRunDirectory(settings.run)).config : undefined;
  const given = leads ? await givenStatistics(settings.statistics) : {};
  const autoencoder = leads ? await autoencoderOf(plain, settings, stored) : undefined;
  const resolved = await resolveTogether(cluster, plain, settings, stored, autoencoder);
  const { config, modelConfig, start, training: data, validation, validationPictures } = resolved;
  try {
    const { training, seed } = config;
    const { tensorflowVersion: tensorflow } = await startTrainingBackend();
    const model = (await plain.withFiles?.(modelConfig)) ?? plain;
    const packages = [...PACKAGES, model.name].map((name) => `@borealis/${name}`);
    const versions = await collectVersions({ from: import.meta.url, packages, tensorflow });
    const run = leads ? await openRunDirectory(settings.run, { config, versions, resume }) : undefined;
    const store = run && (await openFolderStore(run.checkpoints, { retention: RETENTION }));
    const statistics = await shareStatistics(
      cluster,
      async () =>
        (store && (await readStatistics(store))) ?? {
          ...((await start?.readStatistics()) ??
            (await model.fitStatistics(modelConfig, {
              dataset: data,
              states: await stateStatistics(data),
            }))),
          ...given,
        },
    );
    const evaluation =
      validation === undefined
        ? undefined
        : await createValidation({
            ...{ model, config: modelConfig, statistics, training, dataset: validation },
            windows: config.validation?.windows ?? 1,
            autoregressive: config.validation?.autoregressive ?? 0,
          });
    const sampling = config.validation?.sampling;
    const sampled =
      drawsLatents(model) && autoencoder && validationPictures && sampling
        ? await createSampledValidation({
            ...{ model, config: modelConfig, statistics, autoencoder, dataset: validationPictures },
            ...{ sampling, precision: training.precision },
          })
        : undefined;
    const files =
      run === undefined ? [] : [createMetricFile(run.metrics), createTensorBoardLog(run.tensorboard)];
    const log = combineLogs(leads ? [...files, reporter] : []);
    try {
      const spec = model.windowSpec(modelConfig);
      const { finished, step, resumedFrom, ...last } = await trainLoop({
        ...{ model, config: modelConfig, statistics, training, log, signal, seed },
        ...(store === undefined ? {} : { store }),
        ...(run === undefined ? {} : { frozenStore: await openFolderStore(run.frozen) }),
        ...(cluster === undefined ? {} : { cluster }),
        ...(start === undefined ? {} : { startingWeights: start.weights }),
        windows: (position, share) =>
          shuffledWindows(data, { spec, seed, ...(position && { position }), ...(share && { share }) }),
        ...(evaluation === undefined
          ? {}
          : {
              evaluate: async (parameters) => ({
                ...(await evaluation.evaluate(parameters)),
                ...(await sampled?.evaluate(parameters)),
              }),
            }),
      });
      const about = { run: run?.path ?? settings.run, model: model.name, steps: training.steps };
      const part = cluster === undefined ? {} : { cluster: { task: cluster.task, size: cluster.size } };
      return { ...about, ...part, finished, step, resumedFrom, ...last };
    } finally {
      evaluation?.dispose();
      await log.close();
    }
  } finally {
    await data.close();
    await validation?.close();
    autoencoder?.dispose();
  }
}

/** The autoencoder that is given, now or when the run began. */
async function autoencoderOf(
  model: Model,
  { vae }: TrainSettings,
  stored: RunConfig | undefined,
): Promise<Autoencoder | undefined> {
  const folder = vae ?? stored?.latents?.dir ?? undefined;
  if (folder === undefined) return undefined;
  if (!drawsLatents(model))
    throw new TrainerError('INVALID_ARGUMENT', `${model.name} learns no latents: it needs no autoencoder`);
  await startTrainingBackend();
  return openAutoencoder(resolve(folder));
}
