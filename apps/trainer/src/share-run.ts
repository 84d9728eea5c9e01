import type { Autoencoder } from '@borealis/evaluator';
import type { Cluster } from '@borealis/tensor';
import type { Model, RunConfig, Statistics } from '@borealis/training';
import { broadcastJson, differingKeys, TrainingError } from '@borealis/training';
import type { ResolvedRun } from './resolve-run.ts';
import { resolveRun } from './resolve-run.ts';
import type { TrainSettings } from './train-settings.ts';

/** Where things lie may differ from host to host. */
const OWN_KEYS: readonly string[] = ['data.dir', 'from.dir', 'latents.dir'];

/**
 * Task 0's run on every task: the others take from it whatever their own settings leave open, and only look at where
 * their data lie. They evaluate nothing.
 *
 * @throws TrainingError `RUN_MISMATCH` where a task's own settings or data are others than task 0's
 */
export async function resolveTogether(
  cluster: Cluster | undefined,
  model: Model,
  settings: TrainSettings,
  stored: RunConfig | undefined,
  autoencoder?: Autoencoder,
): Promise<ResolvedRun> {
  if (cluster === undefined || cluster.task === 0) {
    const resolved = await resolveRun(model, settings, stored, autoencoder);
    if (cluster !== undefined) broadcastJson(cluster, resolved.config);
    return resolved;
  }
  const leaders = { ...(broadcastJson(cluster, null) as RunConfig), validation: null };
  const { validation: _, ...own } = settings;
  const resolved = await resolveRun(model, own, leaders);
  const differing = differingKeys(resolved.config, leaders).filter((key) => !OWN_KEYS.includes(key));
  if (differing.length === 0) return resolved;
  await resolved.training.close();
  throw new TrainingError(
    'RUN_MISMATCH',
    `task ${cluster.task} was started with other settings or data than task 0: ${differing.join(', ')}`,
  );
}

/** What task 0 finds out, on every task. */
export async function shareStatistics(
  cluster: Cluster | undefined,
  find: () => Promise<Statistics>,
): Promise<Statistics> {
  if (cluster === undefined) return find();
  const numbers = Object.entries(cluster.task === 0 ? await find() : {}).map(([name, values]) => [
    name,
    [...values],
  ]);
  const shared = broadcastJson(cluster, Object.fromEntries(numbers)) as Readonly<
    Record<string, readonly number[]>
  >;
  return Object.fromEntries(
    Object.entries(shared).map(([name, values]) => [name, Float32Array.from(values)]),
  );
}
