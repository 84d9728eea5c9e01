import { openFolderStore } from '@borealis/checkpoints';
import type { LoadTensorsOptions } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { Model, ModelOrigin, Parameters, RunConfig, Statistics } from '@borealis/training';
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
  readonly origin: ModelOrigin;
  /** The run's settings; null where this is a model folder. */
  readonly run: RunConfig | null;
}

/**
 * What a run has learned until its last sound checkpoint, or what a model folder holds. The backend must have been started.
 *
 * @param options `hold`: what becomes of a model folder's bfloat16. As float32 (default) it is widened once and not in each
 * call; as it is stored it takes half the memory, and as much time where products are in bfloat16
 *
 * @throws TrainerError `UNKNOWN_MODEL`, `NOTHING_TRAINED` where a run has no checkpoint yet; TrainingError
 * `INVALID_ARGUMENT` where the folder holds neither, `PARAMETER_…`, `RUN_DAMAGED`
 */
export async function loadTrained(
  directory: string,
  { hold = 'float32' }: Pick<LoadTensorsOptions, 'hold'> = {},
): Promise<TrainedModel> {
  const folder = await openModelFolder(directory);
  if (folder === null) return loadRun(directory);
  const { model: name, training: origin, ...record } = folder.record;
  const model = await loadModel(name);
  const config = model.configSchema.parse(record.config);
  const statistics = await folder.readStatistics();
  const weights = await folder.loadWeights({ hold });
  try {
    const parameters = nestParameters(fromLoaded(weights, parameterShapes(model, config)));
    return { model, config, parameters, statistics, origin, run: null };
  } catch (error) {
    tf.dispose([...weights.values()]);
    throw error;
  }
}

async function loadRun(directory: string): Promise<TrainedModel> {
  const { config: run, checkpoints, frozen } = await readRunDirectory(directory);
  const model = await loadModel(run.model);
  const config = model.configSchema.parse(run.modelConfig);
  const [store, frozenStore] = [await openFolderStore(checkpoints), await openFolderStore(frozen)];
  const trained = await readTrained({ store, frozenStore, model, config });
  if (trained === null) throw new TrainerError('NOTHING_TRAINED', `${directory} holds no checkpoint yet`);
  const { step, ...learned } = trained;
  return { model, config, run, origin: originOf(run, step), ...learned };
}

function originOf(run: RunConfig, step: number): ModelOrigin {
  const { training, seed, data, validation, from, latents } = run;
  return {
    ...{ step, seed, data: data.fingerprint },
    settings: JSON.parse(JSON.stringify(training)) as ModelOrigin['settings'],
    validation: validation?.fingerprint ?? null,
    from: from?.sha256 ?? null,
    latents: latents?.encoder ?? null,
  };
}
