import type { TensorTree } from '../tree/tensor-tree.ts';

/** How the tensors of all tasks become one: added up, or added up and divided by the number of tasks. */
export type Reduction = 'sum' | 'mean';

export interface CollectiveOptions {
  /**
   * Tensors are joined to buckets of at most so many bytes, each sent as one; a larger tensor is a bucket of its own.
   * Default 25 MiB.
   */
  readonly bucketBytes?: number;
}

/**
 * Processes that compute together, as one of them sees it. Every task must call the same methods in the same order with
 * tensors of the same dtypes and shapes; each call returns once all have come. They work eagerly and inside compiled
 * functions, and have no gradient.
 *
 * @throws TensorError, from a call on or from the compiled function that holds it: `PEER_LOST`, `PEER_LATE`,
 * `PEER_FAILED`, `CLUSTER_FAILED`. From then on every call throws the same: the process can still compute alone, save
 * and exit
 */
export interface Cluster {
  /** The number of this process, from 0. */
  readonly task: number;
  /** How many processes take part. */
  readonly size: number;
  /** Their addresses, `host:port`, by task. */
  readonly peers: readonly string[];
  /** The same tree on every task, the same bits everywhere. float32 and int32 (int32 only as a `sum`). */
  allReduce<Tree extends TensorTree>(tensors: Tree, reduction: Reduction, options?: CollectiveOptions): Tree;
  /**
   * The tree of task `from`; of the others' only dtypes and shapes matter. float32 (bfloat16 stays so where this task
   * holds it so), int32 and bool.
   */
  broadcast<Tree extends TensorTree>(tensors: Tree, from: number, options?: CollectiveOptions): Tree;
  /** Returns when every task is in it. */
  barrier(): void;
  /** Makes the others' collectives fail at once with `PEER_FAILED` and this message: they need not wait to find out. */
  reportFailure(message: string): void;
}

export interface ClusterOptions {
  /** The number of this process: its place in `peers`. */
  readonly task: number;
  /** Where each task listens, `host:port`, by task, the same list everywhere; this one's port must be free. */
  readonly peers: readonly string[];
  /** How long to wait for the others in each operation; evaluating and saving on one task count. Default 300. */
  readonly timeoutSeconds?: number;
  /** How long to wait for the others to join. Default 300. */
  readonly joinSeconds?: number;
  /**
   * A task that doesn't answer for so long (frozen, host down, network cut) is lost. One that was killed is noticed at
   * once by whoever is exchanging data with it. Default 10.
   */
  readonly heartbeatSeconds?: number;
}

/** What to join, made whole. */
export interface ClusterPlan extends Required<ClusterOptions> {
  readonly size: number;
}

/** A cluster as joined: all that its operations need to know. */
export interface ClusterMembership extends ClusterPlan {
  /** Of the native watch over how long this task waits. */
  readonly watch: number;
}
