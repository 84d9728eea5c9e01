import type { CheckpointStore } from '@borealis/checkpoints';
import type { TensorData } from '@borealis/safetensors';
import { asFloat32 } from '@borealis/safetensors';
import type { TensorTree } from '@borealis/tensor';
import type { Model, Statistics } from '../model-contract.ts';
import type { Parameters } from '../parameters/parameters.ts';
import { disposeNamed, nameParameters, nestParameters } from '../parameters/parameters.ts';
import { fromStored } from '../parameters/stored-parameters.ts';
import { trainingStateSchema } from './training-state.ts';

export interface Trained {
  readonly step: number;
  readonly parameters: Parameters;
  readonly statistics: Statistics;
}

/** The statistics of a run's last sound checkpoint, or null where there is none yet. Throws what the store throws. */
export async function readStatistics(store: CheckpointStore): Promise<Statistics | null> {
  const checkpoint = await store.loadLatest({ state: trainingStateSchema, groups: ['statistics'] });
  return checkpoint === null ? null : statisticsOf(checkpoint.groups.statistics);
}

/**
 * What a run has trained, from its last sound checkpoint or that of a given step: the moving average of parameters
 * where there is one. Null where nothing is saved yet. The caller disposes the parameters.
 *
 * @throws TrainingError `PARAMETER_MISSING`, `PARAMETER_SHAPE`, `PARAMETER_UNEXPECTED` where the checkpoint is of
 * another configuration; what the store throws
 */
export async function readTrained<Config, Batch extends TensorTree>(options: {
  readonly store: CheckpointStore;
  readonly model: Pick<Model<Config, Batch>, 'init'>;
  readonly config: Config;
  readonly step?: number;
}): Promise<Trained | null> {
  const { store, model, config, step } = options;
  const state = trainingStateSchema;
  const checkpoint =
    step === undefined ? await store.loadLatest({ state }) : await store.load(step, { state });
  if (checkpoint === null) return null;
  const { params = new Map<string, TensorData>(), ema, statistics } = checkpoint.groups;
  const template = nameParameters(model.init(config, checkpoint.state.seed));
  try {
    const stored = new Map([...params, ...(ema ?? [])]);
    const parameters = nestParameters(fromStored(stored, template));
    return { step: checkpoint.step, parameters, statistics: statisticsOf(statistics) };
  } finally {
    disposeNamed(template);
  }
}

function statisticsOf(stored: ReadonlyMap<string, TensorData> = new Map()): Statistics {
  return Object.fromEntries([...stored].map(([name, data]) => [name, asFloat32(data)]));
}
