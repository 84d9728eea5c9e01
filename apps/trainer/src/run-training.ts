import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { shuffledWindows, stateStatistics } from '@borealis/dataset';
import type { Cluster } from '@borealis/tensor';
import { joinCluster, startTrainingBackend } from '@borealis/tensor';
import type { TrainingLog } from '@borealis/training';
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
import { loadModel } from './load-model.ts';
import { resolveTogether, shareStatistics } from './share-run.ts';
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
 * The whole flow of training, in this thread, which it blocks: data → windows → batches → steps → checkpoints. Of a
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
  const model = await loadModel(settings.model);
  const there = leads && resume !== 'never' && existsSync(join(settings.run, 'config.json'));
  const stored = there ? (await readRunDirectory(settings.run)).config : undefined;
  const resolved = await resolveTogether(cluster, model, settings, stored);
  const { config, modelConfig, training: data, validation } = resolved;
  try {
    const { training, seed } = config;
    const { tensorflowVersion: tensorflow } = await startTrainingBackend();
    const packages = [...PACKAGES, model.name].map((name) => `@borealis/${name}`);
    const versions = await collectVersions({ from: import.meta.url, packages, tensorflow });
    const run = leads ? await openRunDirectory(settings.run, { config, versions, resume }) : undefined;
    const store = run && (await openFolderStore(run.checkpoints, { retention: RETENTION }));
    const statistics = await shareStatistics(
      cluster,
      async () =>
        (store && (await readStatistics(store))) ??
        (await model.fitStatistics(modelConfig, { dataset: data, states: await stateStatistics(data) })),
    );
    const evaluation =
      validation === undefined
        ? undefined
        : await createValidation({
            ...{ model, config: modelConfig, statistics, training, dataset: validation },
            windows: config.validation?.windows ?? 1,
          });
    const files =
      run === undefined ? [] : [createMetricFile(run.metrics), createTensorBoardLog(run.tensorboard)];
    const log = combineLogs(leads ? [...files, reporter] : []);
    try {
      const spec = model.windowSpec(modelConfig);
      const { finished, step, resumedFrom, ...last } = await trainLoop({
        ...{ model, config: modelConfig, statistics, training, log, signal, seed },
        ...(store === undefined ? {} : { store }),
        ...(cluster === undefined ? {} : { cluster }),
        windows: (position, share) =>
          shuffledWindows(data, { spec, seed, ...(position && { position }), ...(share && { share }) }),
        ...(evaluation === undefined ? {} : { evaluate: (parameters) => evaluation.evaluate(parameters) }),
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
  }
}
