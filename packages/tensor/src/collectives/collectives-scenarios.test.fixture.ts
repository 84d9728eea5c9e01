import type { Cluster } from '../index.ts';
import { compile, createRandom, memoryUse, tf } from '../index.ts';

/** What a test's process does in a cluster; what it returns is what the test gets to see. */
export type Scenario = (cluster: Cluster, tell: (fact: unknown) => void) => unknown;

const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** Runs compiled steps, each with two operations between processes, until something throws. */
function endlessSteps(cluster: Cluster, tell: (fact: unknown) => void): never {
  const step = compile((w: tf.Tensor, x: tf.Tensor) => {
    const gradient = tf.grad((w: tf.Tensor) => tf.mean(tf.square(tf.matMul(x, w))))(w);
    const mean = cluster.allReduce({ gradient, loss: tf.mean(x) }, 'mean', { bucketBytes: 4 });
    return tf.sub(w, tf.mul(mean.gradient, 0.01));
  });
  const x = tf.ones([64, 256]);
  let w: tf.Tensor = tf.ones([256, 256]);
  for (let i = 0; ; i++) {
    const next = step(w, x);
    w.dispose();
    w = next;
    if (i === 3) tell('training');
  }
}

/** Two buckets and a barrier in each of 200 compiled steps: the same bits, and no memory kept. */
function replays(cluster: Cluster) {
  const fn = compile((x: tf.Tensor) => {
    const [sum, mean] = [cluster.allReduce([x, tf.square(x)], 'sum', { bucketBytes: 4 }), tf.mean(x)];
    cluster.barrier();
    return [...sum, mean];
  });
  const x = createRandom(cluster.task).normalTensor([500]);
  const once = () => {
    const results = fn(x);
    const numbers = results.flatMap(values);
    tf.dispose(results);
    return numbers.join();
  };
  const first = once();
  for (let i = 0; i < 50; i++) once();
  const before = memoryUse();
  let equal = true;
  for (let i = 0; i < 200; i++) equal &&= once() === first;
  const after = memoryUse();
  return {
    equal,
    digest: fn.prepare(x)?.digest,
    tensors: after.tensors - before.tensors,
    nativeTensors: (after.nativeTensors ?? NaN) - (before.nativeTensors ?? NaN),
    bytes: (after.nativeBytes ?? NaN) - (before.nativeBytes ?? NaN),
  };
}

export const SCENARIOS = {
  /** Every operation, eagerly and compiled; then many of them. */
  operations: (cluster: Cluster) => {
    const { task } = cluster;
    const random = createRandom(task);
    const tree = {
      a: tf.fill([3], task + 1),
      b: [tf.fill([2, 2], 10 * (task + 1)), tf.scalar(task, 'int32')] as const,
      empty: tf.zeros([0, 3]),
      noise: random.normalTensor([1000]),
    };
    const eager = cluster.allReduce(tree, 'sum', { bucketBytes: 16 });
    const compiled = compile((t: typeof tree) => cluster.allReduce(t, 'sum', { bucketBytes: 64 }))(tree);
    const mean = cluster.allReduce(tf.scalar(task), 'mean');
    const sources = Array.from({ length: cluster.size }, (_, from) => {
      const own = { flag: tf.tensor([task === from], [1], 'bool'), numbers: tf.tensor([task, -task]) };
      const plain = cluster.broadcast(own, from);
      const inside = compile((t: typeof own) => cluster.broadcast(t, from))(own);
      return [plain, inside].map(({ flag, numbers }) => [...values(flag), ...values(numbers)]);
    });
    cluster.barrier();
    return {
      sums: [eager, compiled].map(({ a, b, empty }) => [
        values(a),
        values(b[0]),
        values(b[1]),
        b[1].dtype,
        empty.shape,
      ]),
      noise: [eager, compiled].map(({ noise }) => values(noise)),
      mean: values(mean),
      sources,
      replays: replays(cluster),
    };
  },

  steps: endlessSteps,

  /** Task 1 stays away: alive, but doing something else. */
  absence: (cluster: Cluster, tell: (fact: unknown) => void) => {
    if (cluster.task !== 1) return endlessSteps(cluster, tell);
    tell('away');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4500);
    return endlessSteps(cluster, tell);
  },

  /** Each task waits in an operation of its own. */
  differing: (cluster: Cluster) => values(cluster.allReduce(tf.ones([cluster.task + 1]), 'sum')),

  /** Task 1 ends without a word while the others compute. */
  leave: (cluster: Cluster, tell: (fact: unknown) => void) =>
    cluster.task === 1 ? 'left' : endlessSteps(cluster, tell),

  /** Task 1 can't go on, and says so. */
  giveUp: (cluster: Cluster, tell: (fact: unknown) => void) => {
    if (cluster.task !== 1) return endlessSteps(cluster, tell);
    cluster.reportFailure('its disk is full');
    return 'reported';
  },
} satisfies Record<string, Scenario>;
