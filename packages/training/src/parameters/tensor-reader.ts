import type { GroupReader } from '@borealis/checkpoints';
import { loadTensors, tf } from '@borealis/tensor';

/** Reads a checkpoint's groups straight into TensorFlow's memory. */
export const tensorReader: GroupReader<ReadonlyMap<string, tf.Tensor>> = {
  read: async (path) => (await loadTensors(path)).tensors,
  discard: (tensors) => {
    tf.dispose([...tensors.values()]);
  },
};
