import type { CheckpointStore } from '@borealis/checkpoints';
import { asFloat32 } from '@borealis/safetensors';
import type { TensorTree, tf } from '@borealis/tensor';
import type { Model, Statistics } from '../model-contract.ts';
import type { Parameters } from '../parameters/parameters.ts';
import { nestParameters } from '../parameters/parameters.ts';
import { parameterShapes } from '../parameters/parameter-shapes.ts';
import { fromLoaded } from '../parameters/stored-parameters.ts';
import { tensorReader } from '../parameters/tensor-reader.ts';
import { loadFrozen } from './frozen-parameters.ts';
import { takeStatistics } from './take-statistics.ts';
import { trainingStateSchema } from './training-state.ts';

export interface Trained {
  readonly step: number;
  readonly parameters: Parameters;
  readonly statistics: Statistics;
}

/** The statistics of a run's last sound checkpoint, or null where there is none yet. Throws what the store throws. */
export async function readStatistics(store: CheckpointStore): Promise<Statistics | null> {
  const checkpoint = await store.loadLatest({ state: trainingStateSchema, groups: ['statistics'] });
  if (checkpoint === null) return null;
  const stored = [...checkpoint.groups.statistics];
  return Object.fromEntries(stored.map(([name, data]) => [name, asFloat32(data)]));
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
  /** Where parameters that didn't train were kept. */
  readonly frozenStore?: CheckpointStore;
  readonly model: Pick<Model<Config, Batch>, 'init' | 'shapes'>;
  readonly config: Config;
  readonly step?: number;
}): Promise<Trained | null> {
  const { store, model, config, step } = options;
  const loading = { state: trainingStateSchema, reader: withoutOptimizer };
  const checkpoint = step === undefined ? await store.loadLatest(loading) : await store.load(step, loading);
  if (checkpoint === null) return null;
  const { params, ema, statistics = new Map<string, tf.Tensor>() } = checkpoint.groups;
  const stored = new Map([...(await loadFrozen(options.frozenStore)), ...(params ?? [])]);
  for (const [name, average] of ema ?? []) {
    stored.get(name)?.dispose();
    stored.set(name, average);
  }
  try {
    const parameters = nestParameters(fromLoaded(stored, parameterShapes(model, config)));
    return { step: checkpoint.step, parameters, statistics: takeStatistics(statistics) };
  } catch (error) {
    tensorReader.discard(stored);
    tensorReader.discard(statistics);
    throw error;
  }
}

/** Its moments are twice as large as the parameters. */
const withoutOptimizer: typeof tensorReader = {
  ...tensorReader,
  read: async (path, group) => (group === 'optimizer' ? new Map() : tensorReader.read(path, group)),
};
