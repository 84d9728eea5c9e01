import type { Cluster } from '@borealis/tensor';
import { tf } from '@borealis/tensor';

/**
 * Plain data of task 0 on all tasks, who must all call. It travels as JSON: what that can't hold is lost.
 *
 * @param value looked at on task 0 only
 */
export function broadcastJson(cluster: Cluster, value: unknown): unknown {
  const leads = cluster.task === 0;
  const own = new TextEncoder().encode(leads ? JSON.stringify(value ?? null) : '');
  const [length = 0] = receive(cluster, Int32Array.of(own.length));
  const bytes = receive(cluster, leads ? Int32Array.from(own) : new Int32Array(length));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes))) as unknown;
}

function receive(cluster: Cluster, numbers: Int32Array): Int32Array {
  const received = tf.tidy(() => cluster.broadcast(tf.tensor(numbers, [numbers.length], 'int32'), 0));
  const values = received.dataSync<'int32'>();
  received.dispose();
  return values;
}
