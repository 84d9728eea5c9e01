import { mapTree } from '../tree/tensor-tree.ts';
import type { TensorTree } from '../tree/tensor-tree.ts';
import * as tf from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import type { Interception } from '../compile/interception.ts';
import { TensorError } from '../errors.ts';
import { allReduce } from './all-reduce.ts';
import { barrier } from './barrier.ts';
import { broadcast } from './broadcast.ts';
import { checkOptions } from './check-options.ts';
import type { Cluster, ClusterMembership, ClusterOptions, ClusterPlan } from './cluster.ts';
import { encodeServerDef } from './server-def.ts';
import { taskName, tasksIn } from './task-name.ts';
import { waitForAddress } from './wait-for-address.ts';
import type { Failure } from './watch-calls.ts';
import { tellAll, watchCalls } from './watch-calls.ts';

let joined: ClusterPlan | undefined;

/**
 * Joins other processes, on this host or others, into a cluster that computes together: TensorFlow's distributed runtime,
 * gRPC between CPUs, NCCL between GPUs. Once for each thread, best before anything is computed: `startBackend()`, then
 * this. Returns when all have joined; a cluster of one needs nobody and no port. There is no leaving but the end of the
 * process, which no thread of the cluster holds up (it waits up to 2 s for the others to end, too).
 *
 * The port takes orders from whoever reaches it, without asking who: trusted networks only.
 *
 * @throws TensorError `INVALID_ARGUMENT`; `CLUSTER_INCOMPLETE` naming who has not come within `joinSeconds`;
 * `CLUSTER_FAILED` (the port is taken, joined already, …); `BACKEND_NOT_STARTED` or `ENGINE_UNSUPPORTED` where TensorFlow
 * with Borealis's addon isn't the backend of this thread
 */
export async function joinCluster(options: ClusterOptions): Promise<Cluster> {
  const plan = checkOptions(options);
  if (plan.size === 1) return clusterOfOne(plan);
  const interception = requireTensorFlow();
  if (joined !== undefined) {
    throw new TensorError(
      'CLUSTER_FAILED',
      `this thread is task ${joined.task} of a cluster already, or tried to be; a process joins once`,
    );
  }
  const deadline = performance.now() + 1000 * plan.joinSeconds;
  const [leader = ''] = plan.peers;
  if (plan.task !== 0 && !(await waitForAddress(leader, deadline))) throw incomplete(plan, [0]);
  joined = plan;
  enable(interception, plan, (deadline - performance.now()) / 1000);
  const watch = interception.native.watchCollectives(Math.ceil(1000 * plan.timeoutSeconds));
  return operations({ ...plan, watch }, interception, watchCalls(interception, plan));
}

function enable({ native }: Interception, cluster: ClusterPlan, joinSeconds: number): void {
  const own = cluster.peers[cluster.task] ?? '';
  try {
    native.enableCollectives(encodeServerDef(cluster, Math.max(1, joinSeconds)), taskName(cluster.task));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    const [, absent] = detail.split('timed out task names:');
    if (absent !== undefined)
      throw incomplete(cluster, tasksIn(absent.split(/\n\s*\n|RPC:/)[0] ?? ''), cause);
    if (/Deadline Exceeded|Failed to send RPC/i.test(detail)) throw incomplete(cluster, [0], cause);
    const problem = /could not start grpc server/i.test(detail)
      ? `${own} can't be listened on: is its port in use?`
      : detail;
    throw new TensorError('CLUSTER_FAILED', `task ${cluster.task} could not join: ${problem}`, { cause });
  }
}

function incomplete(cluster: ClusterPlan, missing: readonly number[], cause?: unknown): TensorError {
  const who = missing.map((task) => `task ${task} (${cluster.peers[task] ?? '?'})`).join(', ');
  return new TensorError(
    'CLUSTER_INCOMPLETE',
    `${who} did not join within ${cluster.joinSeconds} s: started, with the same list of peers, its port open to the ` +
      'others?',
    { cause },
  );
}

function operations(cluster: ClusterMembership, interception: Interception, failure: Failure): Cluster {
  const unlessFailed = <T>(operation: () => T): T => {
    if (failure.error !== undefined) throw failure.error;
    return operation();
  };
  const { task, size, peers } = cluster;
  return {
    ...{ task, size, peers },
    allReduce: (tensors, reduction, options) =>
      unlessFailed(() => allReduce(cluster, tensors, reduction, options)),
    broadcast: (tensors, from, options) => unlessFailed(() => broadcast(cluster, tensors, from, options)),
    barrier: () => {
      unlessFailed(() => {
        barrier(cluster, interception);
      });
    },
    reportFailure: (message) => {
      if (failure.error === undefined) tellAll(interception.native, message);
    },
  };
}

/** What a single process computes with itself: nothing is sent. */
function clusterOfOne({ task, size, peers }: ClusterPlan): Cluster {
  const copy = <Tree extends TensorTree>(tree: Tree) => mapTree(tree, (tensor) => tf.clone(tensor)) as Tree;
  return {
    ...{ task, size, peers },
    allReduce: copy,
    broadcast: copy,
    barrier: () => undefined,
    reportFailure: () => undefined,
  };
}

function requireTensorFlow(): Interception {
  const interception = activeInterception();
  if (interception !== undefined) return interception;
  throw new TensorError(
    'BACKEND_NOT_STARTED',
    'a cluster needs TensorFlow with Borealis’s addon, started in this thread: `borealis setup`, then startBackend()',
  );
}
