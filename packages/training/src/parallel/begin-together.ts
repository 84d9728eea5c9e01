import type { Cluster, TensorTree } from '@borealis/tensor';
import { createRandom } from '@borealis/tensor';
import { z } from 'zod';
import { TrainingError } from '../errors.ts';
import type { Session, SessionOptions } from '../loop/session.ts';
import { trainingStateSchema } from '../loop/training-state.ts';
import { differingKeys } from '../run/differing-keys.ts';
import { broadcastJson } from './broadcast-json.ts';
import { broadcastTensors } from './broadcast-tensors.ts';

const progressSchema = z.strictObject({
  step: trainingStateSchema.shape.step,
  position: trainingStateSchema.shape.position,
  random: trainingStateSchema.shape.random,
});

/**
 * Task 0's session on every task: parameters, moments, averages, step, position, random state.
 *
 * @param begin gives task 0's own session, and to the others one of the same shapes
 * @throws TrainingError `RUN_MISMATCH` on a task whose settings aren't those of task 0
 */
export async function beginTogether<Config, Batch extends TensorTree>(
  cluster: Cluster,
  options: SessionOptions<Config, Batch>,
  begin: () => Promise<Session>,
): Promise<Session> {
  checkAgreement(cluster, options);
  const session = await begin();
  const { state, ema, random, position } = session;
  const progress = progressSchema.parse(
    broadcastJson(cluster, { step: state.step, position: position ?? null, random: random.state() }),
  );
  session.state = {
    step: progress.step,
    trainable: broadcastTensors(cluster, state.trainable),
    frozen: broadcastTensors(cluster, state.frozen),
    moments: {
      first: broadcastTensors(cluster, state.moments.first),
      second: broadcastTensors(cluster, state.moments.second),
    },
  };
  session.ema = ema && broadcastTensors(cluster, ema);
  session.random = createRandom(progress.random);
  session.position = progress.position ?? undefined;
  return session;
}

function checkAgreement<Config, Batch extends TensorTree>(
  cluster: Cluster,
  { model, config, training, seed, statistics }: SessionOptions<Config, Batch>,
): void {
  const numbers = Object.entries(statistics).map(([name, values]) => [name, [...values]] as const);
  const own = { model: model.name, config, training, seed, statistics: Object.fromEntries(numbers) };
  const differing = differingKeys(JSON.parse(JSON.stringify(own)), broadcastJson(cluster, own));
  if (differing.length === 0) return;
  throw new TrainingError(
    'RUN_MISMATCH',
    `task ${cluster.task} was started with other settings than task 0: ${differing.join(', ')}`,
  );
}
