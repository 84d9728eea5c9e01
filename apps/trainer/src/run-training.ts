import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { shuffledWindows, stateStatistics } from '@borealis/dataset';
import { startTrainingBackend } from '@borealis/tensor';
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
import { resolveRun } from './resolve-run.ts';
import { createValidation } from './validation.ts';
import type { TrainResult, TrainSettings } from './train-settings.ts';

const PACKAGES = ['training', 'tensor', 'checkpoints', 'dataset'];
const RETENTION = { keepLast: 3 };

/**
 * The whole flow of training, in this thread, which it blocks: data → windows → batches → steps → checkpoints.
 * `log` is told besides the run's own files.
 */
export async function runTraining(
  settings: TrainSettings,
  { log: reporter, signal }: { readonly log: TrainingLog; readonly signal: AbortSignal },
): Promise<TrainResult> {
  const { resume = 'never' } = settings;
  const model = await loadModel(settings.model);
  const there = resume !== 'never' && existsSync(join(settings.run, 'config.json'));
  const stored = there ? (await readRunDirectory(settings.run)).config : undefined;
  const { config, modelConfig, training: data, validation } = await resolveRun(model, settings, stored);
  try {
    const { tensorflowVersion: tensorflow } = await startTrainingBackend();
    const packages = [...PACKAGES, model.name].map((name) => `@borealis/${name}`);
    const versions = await collectVersions({ from: import.meta.url, packages, tensorflow });
    const run = await openRunDirectory(settings.run, { config, versions, resume });
    const store = await openFolderStore(run.checkpoints, { retention: RETENTION });
    const statistics =
      (await readStatistics(store)) ??
      (await model.fitStatistics(modelConfig, { dataset: data, states: await stateStatistics(data) }));
    const { training, seed } = config;
    const evaluation =
      validation === undefined
        ? undefined
        : await createValidation({
            ...{ model, config: modelConfig, statistics, training, dataset: validation },
            windows: config.validation?.windows ?? 1,
          });
    const files = [createMetricFile(run.metrics), createTensorBoardLog(run.tensorboard)];
    const log = combineLogs([...files, reporter]);
    try {
      const spec = model.windowSpec(modelConfig);
      const { finished, step, resumedFrom, ...last } = await trainLoop({
        ...{ model, config: modelConfig, statistics, training, store, log, signal, seed },
        windows: (position) =>
          shuffledWindows(data, { spec, seed, ...(position === undefined ? {} : { position }) }),
        ...(evaluation === undefined ? {} : { evaluate: (parameters) => evaluation.evaluate(parameters) }),
      });
      const about = { run: run.path, model: model.name, steps: training.steps };
      return { ...about, finished, step, resumedFrom, ...last };
    } finally {
      evaluation?.dispose();
      await log.close();
    }
  } finally {
    await data.close();
    await validation?.close();
  }
}
