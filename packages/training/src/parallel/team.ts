import type { WindowShare } from '@borealis/dataset';
import type { Cluster, Random } from '@borealis/tensor';
import { createRandom, TensorError, tf } from '@borealis/tensor';

/** The processes that train one model together, as one of them sees it; a single process is a team of its own. */
export interface Team {
  readonly size: number;
  /** This one logs, evaluates and saves. */
  readonly leads: boolean;
  /** This process's part of the order of windows; undefined: all of it. */
  readonly share: WindowShare | undefined;
  /** For this process's part of a batch; `random` advances alike on all. */
  randomFor(random: Random): Random;
  /** Whether it is true for any of them: the same answer on all, who must all ask. */
  any(flag: boolean): boolean;
  /** Returns when all are here. */
  meet(): void;
  /** Tells the others why this process ends, so that they need not find out by waiting. */
  reportFailure(error: unknown): void;
}

const ALONE: Team = {
  size: 1,
  leads: true,
  share: undefined,
  randomFor: (random) => random,
  any: (flag) => flag,
  meet: () => undefined,
  reportFailure: () => undefined,
};

export function teamOf(cluster: Cluster | undefined): Team {
  if (cluster === undefined || cluster.size === 1) return ALONE;
  const { task, size } = cluster;
  return {
    size,
    leads: task === 0,
    share: { index: task, of: size },
    randomFor: (random) => {
      const own = createRandom(random.state()).fork(`task ${task}`);
      random.uniform();
      return own;
    },
    any: (flag) => {
      const sum = tf.tidy(() => cluster.allReduce(tf.scalar(flag ? 1 : 0), 'sum'));
      const [count = 0] = sum.dataSync();
      sum.dispose();
      return count > 0;
    },
    meet: () => {
      cluster.barrier();
    },
    reportFailure: (error) => {
      if (!isPeerError(error)) cluster.reportFailure(error instanceof Error ? error.message : String(error));
    },
  };
}

/** Whether another process is the reason: what this one has computed so far is sound. */
export function isPeerError(error: unknown): boolean {
  return error instanceof TensorError && /^(PEER|CLUSTER)_/.test(error.code);
}
