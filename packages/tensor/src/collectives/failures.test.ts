import { expect, test } from 'vitest';
import type { TestTask } from './in-processes.test.fixture.ts';
import { freePeers, startTask, startTasks } from './in-processes.test.fixture.ts';

/** What the processes ended with, and how many seconds from now each took. */
async function failures(tasks: readonly (TestTask | undefined)[]) {
  const begin = performance.now();
  return Promise.all(
    tasks.map(async (task) => ({ ...(await task?.ended()), seconds: (performance.now() - begin) / 1000 })),
  );
}

/** A process that failed so, and could still compute. */
function failed(code: string, message: RegExp) {
  return { afterwards: [2, 3], failed: { code, message: expect.stringMatching(message) as string } };
}

/** What a busy machine takes to start, notice and end, over the stated seconds. */
const SLACK = 5;

test('a peer killed in the middle of a step: all others end with an error that names it', async ({
  annotate,
}) => {
  const heartbeatSeconds = 5;
  const tasks = await startTasks(3, 'steps', { heartbeatSeconds });
  await Promise.all(tasks.map((task) => task.told('training')));
  tasks[1]?.process.kill('SIGKILL');
  for (const other of await failures([tasks[0], tasks[2]])) {
    expect(other).toMatchObject(failed('PEER_LOST', /^task 1 \(127\.0\.0\.1:\d+\) ended or was killed \(/));
    expect(other.seconds).toBeLessThan(heartbeatSeconds + SLACK);
    await annotate(`the others had ended ${other.seconds.toFixed(1)} s after the kill`);
  }
});

test('a peer that freezes, the leader, is lost after its heartbeats', async () => {
  const heartbeatSeconds = 3;
  const [leader, other] = await startTasks(2, 'steps', { heartbeatSeconds });
  await Promise.all([leader?.told('training'), other?.told('training')]);
  leader?.process.kill('SIGSTOP');
  const [failure] = await failures([other]);
  expect(failure).toMatchObject(failed('PEER_LOST', /^task 0 \(.* within 3 s/));
  expect(failure?.seconds).toBeLessThan(heartbeatSeconds + SLACK);
});

test('a peer that is alive but stays away is late, by name, and hears of it when it comes', async () => {
  const tasks = await startTasks(3, 'absence', { timeoutSeconds: 2 });
  await tasks[1]?.told('away');
  const [a, late, b] = await failures(tasks);
  for (const other of [a, b]) {
    expect(other).toMatchObject(failed('PEER_LATE', /^waited 2 s for task 1 \(/));
    expect(other?.seconds).toBeLessThan(2 + SLACK);
  }
  expect(late).toMatchObject(failed('PEER_FAILED', /waited 2 s for this one and gave up/));
});

test('peers that wait in different operations', async () => {
  const tasks = await startTasks(2, 'differing', { timeoutSeconds: 2 });
  for (const task of await failures(tasks)) {
    expect(task).toMatchObject(failed('PEER_LATE', /^waited 2 s .*different programs/));
  }
});

test('a peer that ends early, and one that reports why it does', async () => {
  const expected = {
    leave: failed('PEER_LOST', /^task 1 \(.*ended while others still computed/),
    giveUp: failed('PEER_FAILED', /^task 1 \(.* reported: its disk is full\. /),
  };
  const clusters = Object.entries(expected).map(async ([scenario, failure]) => {
    const tasks = await startTasks(2, scenario as keyof typeof expected);
    const [other, gone] = await failures(tasks);
    expect(other).toMatchObject(failure);
    expect(gone?.failed).toBeUndefined();
  });
  await Promise.all(clusters);
});

test('SIGTERM ends a peer as it would alone', async () => {
  const tasks = await startTasks(2, 'steps', { heartbeatSeconds: 3 });
  await Promise.all(tasks.map((task) => task.told('training')));
  tasks[1]?.process.kill('SIGTERM');
  const [other] = await failures([tasks[0]]);
  expect(other).toMatchObject(failed('PEER_LOST', /^task 1 \(/));
  expect(tasks[1]?.process.signalCode).toBe('SIGTERM');
});

test('peers that never come, on the leader’s side and on the other', async () => {
  const [own = '', nobody = ''] = await freePeers(2);
  const alone = [0, 1].map((task) => {
    const peers = task === 0 ? [own, nobody] : [nobody, own];
    return startTask('operations', { task, peers, joinSeconds: 2 });
  });
  const [leader, other] = await failures(alone);
  expect(leader).toMatchObject(failed('CLUSTER_INCOMPLETE', /^task 1 \(127.* did not join within 2 s/));
  expect(other).toMatchObject(failed('CLUSTER_INCOMPLETE', /^task 0 \(127.* did not join within 2 s/));
});
