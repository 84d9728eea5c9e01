import { tf } from '@borealis/tensor';
import type { StTransformerConfig } from '../config.ts';
import type { CompiledModel } from './compiled-model.ts';

/**
 * What the model knows after the last of the grids seen so far, `[w·s c]`.
 *
 * @param seen grids from the first one on, each `[w s]`
 * @param states of those and of the next grid at least, `[w grids frames channels]`
 */
export function nextHidden(
  config: StTransformerConfig,
  model: CompiledModel,
  { seen, states }: { readonly seen: readonly Int32Array[]; readonly states: tf.Tensor },
): tf.Tensor {
  return tf.tidy(() => {
    const codes = stackGrids(seen, states.shape[0]);
    const steps = seen.length;
    const hidden = model.hidden(codes, tf.slice(states, [0, 0, 0, 0], [-1, steps + 1, -1, -1]));
    return tf.reshape(tf.slice(hidden, [0, steps - 1, 0, 0], [-1, 1, -1, -1]), [-1, config.dim]);
  });
}

/** Grids `[w s]` each → `[w t s]` */
export function stackGrids(grids: readonly Int32Array[], windows: number): tf.Tensor {
  return tf.tidy(() =>
    tf.stack(
      grids.map((codes) => tf.tensor(codes, [windows, codes.length / windows], 'int32')),
      1,
    ),
  );
}
