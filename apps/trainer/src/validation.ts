import type { Dataset, Window } from '@borealis/dataset';
import type { TensorTree } from '@borealis/tensor';
import { compile, flatten, tf } from '@borealis/tensor';
import type { LogValues, Model, Parameters, Statistics, TrainingConfig } from '@borealis/training';
import { TrainerError } from './trainer-error.ts';

export interface Validation {
  /** The model's loss and logs, averaged over the windows. */
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
  readonly training: Pick<TrainingConfig, 'batchSize' | 'precision'>;
}): Promise<Validation> {
  const { model, config, statistics, training } = options;
  const windows = await someWindows(options);
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
    evaluate: (parameters) => {
      const means: Record<string, number> = {};
      for (let start = 0; start < windows.length; start += training.batchSize) {
        const group = windows.slice(start, start + training.batchSize);
        for (const [name, value] of evaluateBatch(parameters, group)) {
          means[name] = (means[name] ?? 0) + (value * group.length) / windows.length;
        }
      }
      return Promise.resolve(means);
    },
    dispose: () => {
      loss.dispose();
    },
  };
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
