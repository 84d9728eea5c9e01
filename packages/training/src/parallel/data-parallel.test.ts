import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolderStore } from '@borealis/checkpoints';
import { startBackend } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import { trainLoop } from '../loop/train-loop.ts';
import { trainingStateSchema } from '../loop/training-state.ts';
import {
  noiselessModel,
  temporaryFolder,
  TINY_CONFIG,
  TINY_STATISTICS,
  tinyTraining,
  tinyWindows,
} from '../tiny-model.test.fixture.ts';
import { startTraining } from './in-processes.test.fixture.ts';

const ABOUT = { model: noiselessModel, config: TINY_CONFIG, statistics: TINY_STATISTICS, seed: 17 };

/** Weights, moments and averages may differ by so much of the largest of a tensor: sums are taken in another order. */
const TOLERANCE = 1e-5;

beforeAll(async () => {
  await startBackend();
});

async function checkpoint(folder: string, step: number) {
  const { groups, state } = await (await openFolderStore(folder)).load(step, { state: trainingStateSchema });
  const tensors = Object.entries(groups).flatMap(([group, map]) =>
    [...map].map(([name, { data }]) => {
      const bytes = Uint8Array.from(data);
      return [`${group}/${name}`, [...new Float32Array(bytes.buffer)]] as const;
    }),
  );
  return { tensors: new Map(tensors), state };
}

test.for([2, 3])(
  '%i processes give the weights of one with the whole batch; stopped and resumed, the same bits',
  async (size, { annotate }) => {
    const folder = await temporaryFolder();
    const one = await openFolderStore(join(folder, 'one'));
    await trainLoop({
      ...ABOUT,
      windows: tinyWindows(5),
      training: tinyTraining({ batchSize: 6 }),
      store: one,
    });

    const training = tinyTraining({ batchSize: 6 / size });
    const job = { folder, training, seed: 17, stopAfter: 3 };
    const tasks = await startTraining(Array.from({ length: size }, () => job));
    const [leader, ...others] = await Promise.all(tasks.map((task) => task.ended()));
    const done = { finished: true, step: 8 };
    expect(leader).toMatchObject({
      whole: { ...done, resumedFrom: 0, evaluation: { task: 0 } },
      parts: { ...done, resumedFrom: 3 },
    });
    for (const other of others) {
      expect(other).toMatchObject({ whole: { train: (leader?.whole as { train: object }).train } });
      expect(other.whole).not.toHaveProperty('evaluation');
    }

    const whole = await checkpoint(join(folder, 'whole'), 8);
    expect(await checkpoint(join(folder, 'parts'), 8)).toEqual(whole);
    const alone = await checkpoint(join(folder, 'one'), 8);
    expect(whole.state).toEqual({ ...alone.state, training, worldSize: size, random: whole.state.random });
    expect([...whole.tensors.keys()]).toEqual([...alone.tensors.keys()]);
    let worst = 0;
    for (const [name, values] of alone.tensors) {
      const found = whole.tensors.get(name) ?? [];
      const largest = Math.max(...values.map(Math.abs));
      const off = Math.max(...values.map((value, i) => Math.abs(value - (found[i] ?? NaN))));
      expect(off / largest, name).toBeLessThan(TOLERANCE);
      worst = Math.max(worst, off / largest);
    }
    await annotate(`largest difference: ${worst.toExponential(1)} of a tensor's largest`);
  },
);

test('where one process is killed, the leader saves the last whole step, which only as many can go on from', async () => {
  const folder = await temporaryFolder();
  const training = tinyTraining({ steps: 1_000_000, checkpointEvery: 1_000_000, evaluateEvery: 1_000_000 });
  const [leader, other] = await startTraining(
    Array.from({ length: 2 }, () => ({ folder, training, seed: 17 })),
  );
  await leader?.trains();
  other?.kill();
  const failed = (await leader?.ended())?.failed;
  expect(failed).toMatchObject({ code: 'PEER_LOST', message: expect.stringMatching(/^task 1 /) });

  const path = join(folder, 'whole');
  const store = await openFolderStore(path);
  const [saved] = await store.list();
  expect(saved?.step).toBeGreaterThanOrEqual(3);
  await expect(trainLoop({ ...ABOUT, windows: tinyWindows(5), training, store })).rejects.toMatchObject({
    code: 'RUN_MISMATCH',
    message: expect.stringContaining('worldSize: 2 stored, 1 now'),
  });
  expect(await readdir(path)).toHaveLength(1);
});

test('processes with other settings than the leader’s are refused, and nobody waits', async () => {
  const folder = await temporaryFolder();
  const jobs = [17, 18].map((seed) => ({ folder, training: tinyTraining(), seed }));
  const tasks = await startTraining(jobs);
  const [leader, other] = await Promise.all(tasks.map((task) => task.ended()));
  expect(other?.failed).toMatchObject({
    code: 'RUN_MISMATCH',
    message: 'task 1 was started with other settings than task 0: seed',
  });
  expect(leader?.failed).toMatchObject({
    code: 'PEER_FAILED',
    message: expect.stringMatching(/^task 1 .*other settings than task 0: seed\. /),
  });
});
