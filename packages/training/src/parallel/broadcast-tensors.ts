import type { Cluster } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { NamedTensors } from '../parameters/parameters.ts';

/** How much is held twice meanwhile. */
const CHUNK_BYTES = 256 * 2 ** 20;

/** Task 0's tensors in place of those given, which are disposed: some at a time, so that memory holds few of them twice. */
export function broadcastTensors(cluster: Cluster, named: NamedTensors): NamedTensors {
  const result: Record<string, tf.Tensor> = {};
  let chunk: Record<string, tf.Tensor> = {};
  let bytes = 0;
  const exchange = (): void => {
    Object.assign(result, cluster.broadcast(chunk, 0));
    tf.dispose(Object.values(chunk));
    [chunk, bytes] = [{}, 0];
  };
  for (const [name, tensor] of Object.entries(named)) {
    chunk[name] = tensor;
    bytes += 4 * tensor.size;
    if (bytes >= CHUNK_BYTES) exchange();
  }
  exchange();
  return result;
}
