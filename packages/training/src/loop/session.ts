import type { Checkpoint, CheckpointInfo, CheckpointStore } from '@borealis/checkpoints';
import type { LoaderPosition } from '@borealis/dataset';
import { tensorOf } from '@borealis/safetensors';
import type { Cluster, Random, TensorTree } from '@borealis/tensor';
import { createRandom, tf } from '@borealis/tensor';
import { TrainingError } from '../errors.ts';
import type { Model, Statistics } from '../model-contract.ts';
import type { OptimizerState } from '../optimizer/train-step.ts';
import { initialState } from '../optimizer/train-step.ts';
import type { NamedTensors } from '../parameters/parameters.ts';
import { disposeNamed, mapNamed, nameParameters, partition } from '../parameters/parameters.ts';
import { beginTogether } from '../parallel/begin-together.ts';
import { fromLoaded } from '../parameters/stored-parameters.ts';
import { parameterShapes } from '../parameters/parameter-shapes.ts';
import { tensorReader } from '../parameters/tensor-reader.ts';
import { tensorSources } from '../parameters/tensor-sources.ts';
import { keepFrozen, loadFrozen } from './frozen-parameters.ts';
import type { StartingWeights, StartReport } from './starting-weights.ts';
import { startFrom } from './starting-weights.ts';
import { takeStatistics } from './take-statistics.ts';
import type { TrainingConfig } from './training-config.ts';
import type { TrainingState } from './training-state.ts';
import { checkResumable, trainingStateSchema } from './training-state.ts';

/** Everything that training changes, and that a checkpoint holds. */
export interface Session {
  state: OptimizerState;
  /** Moving average of the trainable parameters. */
  ema: NamedTensors | undefined;
  random: Random;
  /** Behind the last window that was used; of a share of the windows, behind the last group. */
  position: LoaderPosition | undefined;
  /** Where this session began at weights that were given. */
  readonly start?: StartReport | undefined;
}

export interface SessionOptions<Config, Batch extends TensorTree> {
  readonly model: Pick<Model<Config, Batch>, 'name' | 'init' | 'shapes' | 'trainable'>;
  readonly config: Config;
  readonly statistics: Statistics;
  readonly training: TrainingConfig;
  /** Where checkpoints are. Only who saves them needs it: of a cluster, task 0. */
  readonly store?: CheckpointStore;
  /** Where parameters that don't train are kept, once. Without it each checkpoint holds them. */
  readonly frozenStore?: CheckpointStore;
  readonly seed: number;
  /** The processes that train together; `training.batchSize` is what each of them takes of a batch. */
  readonly cluster?: Cluster;
  /** What a first step starts from, on every task of a cluster. Default: what the model draws by `seed`. */
  readonly startingWeights?: StartingWeights;
}

/** Where the last sound checkpoint left off, or a first step: of a cluster, as task 0 finds it. */
export async function beginSession<Config, Batch extends TensorTree>(
  options: SessionOptions<Config, Batch>,
): Promise<Session> {
  const { cluster } = options;
  if (cluster === undefined || cluster.size === 1) return loadOrInit(options);
  return beginTogether(cluster, options, () =>
    cluster.task === 0 ? loadOrInit(options) : firstSession(options),
  );
}

async function loadOrInit<Config, Batch extends TensorTree>(
  options: SessionOptions<Config, Batch>,
): Promise<Session> {
  const store = requireStore(options);
  const checkpoint = await store.loadLatest({ state: trainingStateSchema, reader: tensorReader });
  if (checkpoint === null) return firstSession(options);
  return resume(checkpoint, await loadFrozen(options.frozenStore), { ...options, store });
}

async function firstSession<Config, Batch extends TensorTree>({
  model,
  config,
  training,
  seed,
  startingWeights,
}: SessionOptions<Config, Batch>): Promise<Session> {
  const trainable = (path: string) => model.trainable(config, path);
  const draw = (only?: (path: string) => boolean) => nameParameters(model.init(config, seed, only));
  const start =
    startingWeights &&
    (await startFrom(startingWeights, { shapes: parameterShapes(model, config), draw, trainable }));
  const { kept, rest } = partition(start?.parameters ?? draw(), trainable);
  const ema = training.emaDecay === null ? undefined : mapNamed(kept, (tensor) => tf.clone(tensor));
  const random = createRandom(seed).fork('training');
  return { state: initialState(kept, rest), ema, random, position: undefined, start: start?.report };
}

function requireStore({ store }: { readonly store?: CheckpointStore }): CheckpointStore {
  if (store !== undefined) return store;
  throw new TrainingError('INVALID_ARGUMENT', 'whoever saves checkpoints needs a store to save them in');
}

function resume<Config, Batch extends TensorTree>(
  { groups, state }: Checkpoint<TrainingState, string, ReadonlyMap<string, tf.Tensor>>,
  frozen: ReadonlyMap<string, tf.Tensor>,
  options: SessionOptions<Config, Batch> & { readonly store: CheckpointStore },
): Session {
  const { model, config, statistics, training, store, seed } = options;
  const group = (name: string) => groups[name] ?? new Map<string, tf.Tensor>();
  try {
    checkResumable(state, { training, seed, worldSize: worldSizeOf(options) }, store.location);
    checkStatistics(takeStatistics(group('statistics')), statistics, store.location);
    const stored = new Map([...frozen, ...group('params')]);
    const { kept, rest } = partition(fromLoaded(stored, parameterShapes(model, config)), (path) =>
      model.trainable(config, path),
    );
    const moments = {
      first: fromLoaded(withoutPrefix(group('optimizer'), 'first.'), kept),
      second: fromLoaded(withoutPrefix(group('optimizer'), 'second.'), kept),
    };
    return {
      state: { step: state.step, trainable: kept, frozen: rest, moments },
      ema: training.emaDecay === null ? undefined : fromLoaded(group('ema'), kept),
      random: createRandom(state.random),
      position: state.position ?? undefined,
    };
  } catch (error) {
    for (const loaded of [frozen, ...Object.values(groups)]) tensorReader.discard(loaded);
    throw error;
  }
}

/** Groups: `params` (all, or those that train where the others are kept elsewhere), `optimizer` (`first.…`, `second.…`), `statistics`, `ema` where there is one. */
export async function saveSession<Config, Batch extends TensorTree>(
  session: Session,
  options: SessionOptions<Config, Batch>,
): Promise<CheckpointInfo> {
  const { state, ema, random, position } = session;
  const { training, seed, statistics, model } = options;
  const { first, second } = state.moments;
  const apart = options.frozenStore !== undefined && Object.keys(state.frozen).length > 0;
  if (apart) await keepFrozen(options.frozenStore, state.frozen);
  return requireStore(options).save({
    step: state.step,
    groups: {
      params: tensorSources(apart ? state.trainable : { ...state.trainable, ...state.frozen }),
      optimizer: [...tensorSources(first, 'first.'), ...tensorSources(second, 'second.')],
      statistics: Object.entries(statistics).map(([name, values]) => [name, tensorOf(values)] as const),
      ...(ema === undefined ? {} : { ema: tensorSources(ema) }),
    },
    state: {
      step: state.step,
      seed,
      position: position ?? null,
      random: random.state(),
      training,
      worldSize: worldSizeOf(options),
    },
    metadata: { model: model.name },
  });
}

function worldSizeOf({ cluster }: { readonly cluster?: Cluster }): number {
  return cluster?.size ?? 1;
}

export function disposeSession({ state, ema }: Session): void {
  for (const named of [state.trainable, state.frozen, state.moments.first, state.moments.second, ema ?? {}]) {
    disposeNamed(named);
  }
}

function withoutPrefix<T>(stored: ReadonlyMap<string, T>, prefix: string): ReadonlyMap<string, T> {
  const entries = [...stored].filter(([name]) => name.startsWith(prefix));
  return new Map(entries.map(([name, item]) => [name.slice(prefix.length), item]));
}

/** @throws TrainingError `RUN_MISMATCH` where statistics aren't, to the bit, those that training began with */
function checkStatistics(stored: Statistics, given: Statistics, location: string): void {
  const names = new Set([...Object.keys(stored), ...Object.keys(given)]);
  const differing = [...names].filter((name) => {
    const before = stored[name];
    const now = given[name];
    return before === undefined || now === undefined || !Buffer.from(bytes(before)).equals(bytes(now));
  });
  if (differing.length === 0) return;
  throw new TrainingError(
    'RUN_MISMATCH',
    `${location}: statistics differ from those that training began with: ${differing.join(', ')}. Use the stored ones ` +
      '(readStatistics).',
  );
}

function bytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
