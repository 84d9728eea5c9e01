import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Model, RunConfig, StartingWeights, Statistics } from '@borealis/training';
import { openModelFolder } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';

/** A trained model that another training starts from. */
export interface StartingPoint {
  /** What the run's settings tell of it. */
  readonly identity: NonNullable<RunConfig['from']>;
  /** What the settings leave open of the model's configuration is taken from here. */
  readonly config: unknown;
  readonly weights: StartingWeights;
  readStatistics(): Promise<Statistics>;
}

/**
 * The model folder that training is to start from.
 *
 * @throws TrainerError `INVALID_ARGUMENT` where the folder holds no model, or another one than `model`; TrainingError
 * `RUN_DAMAGED`
 */
export async function openStartingPoint(path: string, model: Pick<Model, 'name'>): Promise<StartingPoint> {
  const dir = resolve(path);
  const folder = await openModelFolder(dir);
  if (folder === null) {
    throw new TrainerError(
      'INVALID_ARGUMENT',
      `${dir} holds no model to start from (model.json is missing): \`borealis model export\` makes one of a run`,
    );
  }
  const { record } = folder;
  if (record.model !== model.name) {
    throw new TrainerError('INVALID_ARGUMENT', `${dir} holds a ${record.model}, not a ${model.name}`);
  }
  return {
    identity: { dir, sha256: await hashOf(folder.weightsPath) },
    config: record.config,
    weights: { location: dir, load: () => folder.loadWeights() },
    readStatistics: () => folder.readStatistics(),
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
