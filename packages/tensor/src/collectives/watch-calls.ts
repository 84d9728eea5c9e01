import type { Interception } from '../compile/interception.ts';
import type { TensorError } from '../errors.ts';
import type { ExtendedBinding } from '../native/binding.ts';
import type { ClusterPlan } from './cluster.ts';
import type { Diagnosis } from './diagnose.ts';
import { diagnose, formatReport, isCollectiveFailure } from './diagnose.ts';
import { failureError } from './failure-error.ts';
import { tasksIn } from './task-name.ts';

/** How long a task that gave up waiting waits for the others to say that they did, too. */
const ROLL_CALL_MILLISECONDS = 1000;

/** What has gone wrong between the processes, once something has. */
export interface Failure {
  error: TensorError | undefined;
}

/**
 * From here on, what operations between processes throw, one by one or out of a compiled function, is a TensorError that
 * names who is missing. The first to notice tells the others, so that all end at once and for the same reason.
 */
export function watchCalls({ native }: Interception, cluster: ClusterPlan): Failure {
  const failure: Failure = { error: undefined };

  function explain(cause: Error): TensorError {
    const diagnosis = diagnose(cause.message) ?? rollCall(native);
    if (diagnosis.reporter === undefined) tellAll(native, formatReport(diagnosis));
    return failureError(diagnosis, cluster, cause);
  }

  const watched =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Result) =>
    (...args: Args): Result => {
      try {
        return call(...args);
      } catch (error) {
        if (!(error instanceof Error) || !isCollectiveFailure(error.message)) throw error;
        failure.error ??= explain(error);
        throw failure.error;
      }
    };
  native.callFunction = watched(native.callFunction.bind(native));
  native.executeOp = watched(native.executeOp.bind(native));
  return failure;
}

/** All who wait give up at the same time and come here: whoever doesn't is the one they waited for. */
function rollCall(native: ExtendedBinding): Diagnosis {
  const late = { code: 'PEER_LATE' } as const;
  try {
    native.clusterBarrier('roll call', ROLL_CALL_MILLISECONDS);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const earlier =
      isCollectiveFailure(message) && message.includes('Error reported') ? diagnose(message) : null;
    if (earlier !== null) return earlier;
    const tasks = tasksIn(message.split('timed out task names:')[1] ?? '');
    if (tasks.length > 0) return { ...late, tasks, text: 'alive, but not where the others wait' };
    return { ...late, tasks, text: 'which task is late could not be found out' };
  }
  const text = 'every task waits, but not in the same one: they run different programs, or with other shapes';
  return { ...late, tasks: [], text };
}

/** What the collectives of all others fail with from now on. */
export function tellAll(native: ExtendedBinding, message: string): void {
  try {
    native.clusterReport(message.replace(/\s+/g, ' '));
  } catch {
    // The leader, who would pass it on, is lost itself, or all know already.
  }
}
