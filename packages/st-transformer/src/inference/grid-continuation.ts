import { tf } from '@borealis/tensor';
import type { CompiledModel } from './compiled-model.ts';
import type { GridMemory } from './see-grids.ts';

/** Grids of some windows, seen one after the other; their keys and values stay in TensorFlow until `dispose`. */
export interface GridContinuation {
  /** What the model knows after the last grid, `[w·s c]`; stands until the next. */
  hidden(): tf.Tensor;
  /** One grid more: `[w s]` */
  see(codes: Int32Array): void;
  dispose(): void;
}

export interface ContinuationInputs {
  /** The first grids, each `[w s]`. */
  readonly grids: readonly Int32Array[];
  /** `[w grids frames channels]`, of as many grids as will be seen, and one more; it becomes the continuation's. */
  readonly states: tf.Tensor;
}

export function continueGrids(model: CompiledModel, { grids, states }: ContinuationInputs): GridContinuation {
  const windows = states.shape[0];
  const past: GridMemory[] = [];
  let count = 0;
  let hidden: tf.Tensor | undefined;

  function see(seen: readonly Int32Array[]): void {
    const codes = stackGrids(seen, windows);
    const ahead = tf.slice(states, [0, count, 0, 0], [-1, seen.length + 1, -1, -1]);
    const next = model.see({ codes, states: ahead, past: [...past] });
    tf.dispose([codes, ahead]);
    hidden?.dispose();
    hidden = next.hidden;
    past.push(next.memory);
    count += seen.length;
  }

  see(grids);
  return {
    hidden: () => hidden as tf.Tensor,
    see: (codes) => {
      see([codes]);
    },
    dispose: () => {
      tf.dispose([states, hidden, past]);
    },
  };
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
