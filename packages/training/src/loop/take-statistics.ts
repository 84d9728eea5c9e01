import { tf } from '@borealis/tensor';
import type { Statistics } from '../model-contract.ts';

/** The statistics of a checkpoint as numbers; the tensors are disposed. */
export function takeStatistics(tensors: ReadonlyMap<string, tf.Tensor>): Statistics {
  const statistics = Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]),
  );
  tf.dispose([...tensors.values()]);
  return statistics;
}
