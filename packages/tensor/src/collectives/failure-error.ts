import { TensorError } from '../errors.ts';
import type { ClusterPlan } from './cluster.ts';
import type { Diagnosis } from './diagnose.ts';

const AFTERWARDS =
  'This process can still compute alone, save and exit; to go on, start all tasks again, from the last checkpoint.';

/** Who is missing, for how long, and what to do. */
export function failureError(diagnosis: Diagnosis, cluster: ClusterPlan, cause: unknown): TensorError {
  const { code, tasks, text, reporter } = diagnosis;
  const { peers, task: own, timeoutSeconds, heartbeatSeconds } = cluster;
  const names = (numbers: readonly number[]) =>
    numbers.map((task) => `task ${task} (${peers[task] ?? 'of no known address'})`).join(', ');
  const by = reporter === undefined ? '' : ` (as ${names([reporter])} reports)`;
  const error = (code: Diagnosis['code'], sentence: string) =>
    new TensorError(code, `${sentence}. ${AFTERWARDS}`, { cause });

  switch (code) {
    case 'PEER_LOST':
      if (tasks.includes(own)) {
        return error(code, `the others have lost this process${by}: it stood still, or its network was cut`);
      }
      return error(
        code,
        `${names(tasks)} ${text}; noticed within ${heartbeatSeconds} s${by}; its own log says more`,
      );
    case 'PEER_LATE':
      if (tasks.includes(own)) {
        return error(
          'PEER_FAILED',
          `the other tasks waited ${timeoutSeconds} s for this one and gave up${by}. If it is only slow (reading, ` +
            'evaluating, saving), raise timeoutSeconds',
        );
      }
      if (tasks.length === 0)
        return error(code, `waited ${timeoutSeconds} s in an operation between processes: ${text}`);
      return error(
        code,
        `waited ${timeoutSeconds} s for ${names(tasks)}${by}, ${text}. If it is only slow (reading, evaluating, ` +
          'saving), raise timeoutSeconds',
      );
    case 'PEER_FAILED':
      return error(code, `${reporter === undefined ? 'another task' : names([reporter])} reported: ${text}`);
    case 'CLUSTER_FAILED':
      return error(code, `an operation between processes failed${by}: ${text}`);
  }
}
