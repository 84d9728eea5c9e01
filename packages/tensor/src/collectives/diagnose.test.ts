import { expect, test } from 'vitest';
import type { ClusterPlan } from './cluster.ts';
import { diagnose, formatReport, isCollectiveFailure } from './diagnose.ts';
import { failureError } from './failure-error.ts';

const cluster: ClusterPlan = {
  ...{ task: 2, size: 3, peers: ['a:1', 'b:1', 'c:1'] },
  ...{ timeoutSeconds: 60, joinSeconds: 60, heartbeatSeconds: 10 },
};

// What TensorFlow 2.21 said.
const MESSAGES = {
  reset: `Collective ops is aborted by: Collective ops is aborted by: recvmsg:Connection reset by peer
Additional GRPC error information from remote target /job:worker/replica:0/task:1 while calling /tensorflow.WorkerService/RecvBuf:
Additional GRPC error information from remote target /job:worker/replica:0/task:2 while calling /tensorflow.WorkerService/RecvBuf:`,
  silent: `Collective ops is aborted by: Error reported from /job:worker/task:1: The following tasks are unhealthy (stopped sending heartbeats):
/job:worker/replica:0/task:1
/job:worker/replica:0/task:0
The tasks have crashed.`,
  leader: `Collective ops is aborted by: Deadline Exceeded

RPC: /tensorflow.CoordinationService/Heartbeat`,
  ended: `Collective ops is aborted by: Error reported from /job:worker/task:2: Shutdown barrier has failed.
# of tasks that reached the barrier: 1/3.
The first task at the barrier: /job:worker/replica:0/task:1. Some timed out task names:
/job:worker/replica:0/task:2`,
  words:
    'Collective ops is aborted by: Error reported from /job:worker/task:2: disk: full (ENOSPC)\nThe error could be',
  late: 'Collective ops is aborted by: waited for too long for another task\nThe error could be from a previous operation.',
  other: 'Collective ops is aborted by: Shape mismatch in the collective instance 7.\nmore',
};

test.each([
  ['reset', 'PEER_LOST', /^task 1 \(b:1\) ended or was killed \(connection reset by peer\)/],
  ['silent', 'PEER_LOST', /^task 1 \(b:1\), task 0 \(a:1\) gave no sign of life.* within 10 s/],
  ['leader', 'PEER_LOST', /^task 0 \(a:1\) did not answer/],
  ['ended', 'PEER_LOST', /^task 1 \(b:1\) ended while others still computed/],
  ['words', 'PEER_FAILED', /^task 2 \(c:1\) reported: disk: full \(ENOSPC\)\. This process can/],
  [
    'other',
    'CLUSTER_FAILED',
    /failed: Collective ops is aborted by: Shape mismatch in the collective instance 7/,
  ],
] as const)('%s', (name, code, text) => {
  const message = MESSAGES[name];
  expect(isCollectiveFailure(message)).toBe(true);
  const diagnosis = diagnose(message);
  if (diagnosis === null) throw new Error('not found out');
  expect(failureError(diagnosis, cluster, undefined)).toMatchObject({
    code,
    message: expect.stringMatching(text),
  });
});

test('too long a wait must yet be looked into; other errors are none of ours', () => {
  expect(diagnose(MESSAGES.late)).toBeNull();
  expect(isCollectiveFailure('Incompatible shapes: [2] vs. [3]')).toBe(false);
});

test('what one task found out is the same on those it told', () => {
  const own = { code: 'PEER_LATE', tasks: [1], text: 'alive, but elsewhere' } as const;
  const told = `Collective ops is aborted by: Error reported from /job:worker/task:2: ${formatReport(own)}\nThe error could`;
  expect(diagnose(told)).toEqual({ ...own, reporter: 2 });
  const others = failureError({ ...own, reporter: 2 }, cluster, undefined);
  expect(others).toMatchObject({
    code: 'PEER_LATE',
    message: expect.stringMatching(/^waited 60 s for task 1 \(b:1\) \(as task 2 \(c:1\) reports\), alive/),
  });
  const late = failureError({ ...own, reporter: 2 }, { ...cluster, task: 1 }, undefined);
  expect(late).toMatchObject({
    code: 'PEER_FAILED',
    message: expect.stringContaining('waited 60 s for this one'),
  });
});

test('a process that stood still hears that it is itself the lost one', () => {
  const lost = failureError({ code: 'PEER_LOST', tasks: [2], text: '', reporter: 0 }, cluster, undefined);
  expect(lost.message).toMatch(/^the others have lost this process \(as task 0 \(a:1\) reports\)/);
});
