import { openFolderStore } from '@borealis/checkpoints';
import type { Model, Parameters, RunConfig, Statistics } from '@borealis/training';
import {
  fromLoaded,
  nestParameters,
  openModelFolder,
  parameterShapes,
  readRunDirectory,
  readTrained,
} from '@borealis/training';
import { loadModel } from './load-model.ts';
import { TrainerError } from './trainer-error.ts';

/** A model with what it has learned. */
export interface TrainedModel {
  readonly model: Model;
  readonly config: unknown;
  /** The caller disposes them. */
  readonly parameters: Parameters;
  readonly statistics: Statistics;
  /** Steps that it was trained, and how: the run's settings, where this is a run. */
  readonly step: number | null;
  readonly run: RunConfig | null;
}

/**
 * What a run has learned until its last sound checkpoint, or what a model folder holds. The backend must have been started.
 *
 * @throws TrainerError `UNKNOWN_MODEL`, `NOTHING_TRAINED` where a run has no checkpoint yet; TrainingError
 * `INVALID_ARGUMENT` where the folder holds neither, `PARAMETER_…`, `RUN_DAMAGED`
 */
export async function loadTrained(directory: string): Promise<TrainedModel> {
  const folder = await openModelFolder(directory);
  if (folder === null) return loadRun(directory);
  const model = await loadModel(folder.record.model);
  const config = model.configSchema.parse(folder.record.config);
  const weights = await folder.loadWeights({ hold: 'float32' });
  const parameters = nestParameters(fromLoaded(weights, parameterShapes(model, config)));
  return { model, config, parameters, statistics: await folder.readStatistics(), step: null, run: null };
}

async function loadRun(directory: string): Promise<TrainedModel> {
  const { config: run, checkpoints, frozen } = await readRunDirectory(directory);
  const model = await loadModel(run.model);
  const config = model.configSchema.parse(run.modelConfig);
  const [store, frozenStore] = [await openFolderStore(checkpoints), await openFolderStore(frozen)];
  const trained = await readTrained({ store, frozenStore, model, config });
  if (trained === null) throw new TrainerError('NOTHING_TRAINED', `${directory} holds no checkpoint yet`);
  return { model, config, run, ...trained };
}
