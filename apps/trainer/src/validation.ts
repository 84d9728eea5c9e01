import type { Dataset, Window } from '@borealis/dataset';
import type { TensorTree } from '@borealis/tensor';
import { compile, flatten, tf } from '@borealis/tensor';
import type {
  LogValues,
  Model,
  Parameters,
  Statistics,
  TokenPredictor,
  TrainingConfig,
} from '@borealis/training';
import { TrainerError } from './trainer-error.ts';

export interface Validation {
  /**
   * The model's loss and logs, averaged over the windows: teacher-forced. `future_autoregressive`, of token models, is the
   * cross-entropy of the future grids where each is predicted from the ones predicted before it, over fewer windows.
   */
  evaluate(parameters: Parameters): Promise<LogValues>;
  dispose(): void;
}

/** Windows are read once and stay the same throughout: up to `windows` of the split, evenly spaced. */
export async function createValidation(options: {
  readonly model: Model;
  readonly config: unknown;
  readonly statistics: Statistics;
  readonly dataset: Dataset;
  readonly windows: number;
  /** Of these, so many are predicted autoregressively, too; default none. */
  readonly autoregressive?: number;
  readonly training: Pick<TrainingConfig, 'batchSize' | 'precision'>;
}): Promise<Validation> {
  const { model, config, statistics, training } = options;
  const windows = await someWindows(options);
  const few = spread(windows, options.autoregressive ?? 0);
  const loss = compile(
    (parameters: Parameters, batch: TensorTree) => {
      const result = model.loss(config, parameters, batch);
      return { loss: result.loss, ...result.logs };
    },
    { name: 'validation_loss', precision: training.precision },
  );

  function evaluateBatch(parameters: Parameters, group: readonly Window[]): [string, number][] {
    const batch = model.toBatch(config, statistics, group);
    const results = loss(parameters, batch);
    const values = Object.entries(results).map(([name, value]): [string, number] => [
      name,
      value.dataSync()[0] ?? NaN,
    ]);
    tf.dispose([...flatten(batch).tensors, ...flatten(results).tensors]);
    return values;
  }

  return {
    evaluate: async (parameters) => {
      const means: Record<string, number> = {};
      for (let start = 0; start < windows.length; start += training.batchSize) {
        const group = windows.slice(start, start + training.batchSize);
        for (const [name, value] of evaluateBatch(parameters, group)) {
          means[name] = (means[name] ?? 0) + (value * group.length) / windows.length;
        }
      }
      if (model.track !== 'tokens' || few.length === 0) return means;
      const predictor = model.createPredictor(config, parameters, statistics);
      try {
        return { ...means, future_autoregressive: await crossEntropyOf(predictor, few) };
      } finally {
        predictor.dispose();
      }
    },
    dispose: () => {
      loss.dispose();
    },
  };
}

/** Of the future grids, each from those predicted before it; nats per token. */
async function crossEntropyOf(predictor: TokenPredictor, windows: readonly Window[]): Promise<number> {
  const predictions = await predictor.predict(windows, { mode: 'autoregressive', k: 1 });
  let [sum, places] = [0, 0];
  for (const { targetLogProbabilities = [] } of predictions.flat()) {
    for (const logProbability of targetLogProbabilities) sum -= logProbability;
    places += targetLogProbabilities.length;
  }
  return sum / places;
}

/** Some of the items, evenly spaced. */
function spread<Item>(items: readonly Item[], wanted: number): Item[] {
  const count = Math.min(wanted, items.length);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]).filter(
    (item) => item !== undefined,
  );
}

async function someWindows({
  model,
  config,
  dataset,
  windows: wanted,
}: {
  readonly model: Model;
  readonly config: unknown;
  readonly dataset: Dataset;
  readonly windows: number;
}): Promise<Window[]> {
  const spec = model.windowSpec(config);
  const index = dataset.windows(spec);
  if (index.count === 0) {
    throw new TrainerError(
      'INVALID_ARGUMENT',
      `${dataset.dir} has no window of ${spec.frames} frames to evaluate on`,
    );
  }
  const count = Math.min(wanted, index.count);
  const windows: Window[] = [];
  for (let i = 0; i < count; i++) windows.push(await index.at(Math.floor((i * index.count) / count)));
  return windows;
}
