import { resolve } from 'node:path';
import type { Model, RunConfig, StartingWeights, Statistics } from '@borealis/training';
import { openModelFolder, TrainingError } from '@borealis/training';
import { hashOfFiles } from './hash-of-files.ts';
import { openPublished } from './published-start.ts';
import { TrainerError } from './trainer-error.ts';

/** A trained model that another training starts from. */
export interface StartingPoint {
  /** What the run's settings tell of it. */
  readonly identity: NonNullable<RunConfig['from']>;
  /** What the settings leave open of the model's configuration is taken from here. */
  readonly config: unknown;
  readonly weights: StartingWeights;
  /** Null where it has none: they are fitted. */
  readStatistics(): Promise<Statistics | null>;
}

/**
 * The model that training is to start from: a model folder, or a published checkpoint of the model.
 *
 * @throws TrainerError `INVALID_ARGUMENT` where the folder holds no model, or another one than `model`; TrainingError
 * `RUN_DAMAGED`; the model's own errors for another model's configuration
 */
export async function openStartingPoint(
  path: string,
  model: Pick<Model, 'name' | 'published'>,
): Promise<StartingPoint> {
  const dir = resolve(path);
  const folder = await openModelFolder(dir);
  if (folder === null) {
    const published = model.published === undefined ? null : await openPublished(dir, model.published);
    if (published !== null) return published;
    const also =
      model.published === undefined ? '' : ', and no published checkpoint (config.json and safetensors)';
    throw new TrainerError(
      'INVALID_ARGUMENT',
      `${dir} holds no model to start from (model.json is missing)${also}: \`borealis model export\` makes one of a run`,
    );
  }
  const { record } = folder;
  if (record.model !== model.name) {
    throw new TrainerError('INVALID_ARGUMENT', `${dir} holds a ${record.model}, not a ${model.name}`);
  }
  return {
    identity: { dir, sha256: await hashOfFiles([folder.weightsPath]) },
    config: record.config,
    weights: { location: dir, load: () => folder.loadWeights() },
    readStatistics: () => folder.readStatistics(),
  };
}

/**
 * The starting point that a run's settings tell of. It is opened only where the run has to begin there after all: once there
 * is a checkpoint it may be gone.
 */
export function storedStartingPoint(
  identity: StartingPoint['identity'],
  model: Pick<Model, 'name' | 'published'>,
): StartingPoint {
  const open = async (): Promise<StartingPoint> => {
    const start = await openStartingPoint(identity.dir, model);
    if (start.identity.sha256 === identity.sha256) return start;
    throw new TrainingError(
      'RUN_MISMATCH',
      `${identity.dir} holds other weights than those that the run was to start from`,
    );
  };
  return {
    identity,
    config: undefined, // the run has its own
    weights: { location: identity.dir, load: async () => (await open()).weights.load() },
    readStatistics: async () => (await open()).readStatistics(),
  };
}
