import { TensorError } from '../errors.ts';
import { MOVING_OPS } from './input-casts.ts';

/** Operations that can leave their results where inputs lay, and these inputs' positions. */
const IN_PLACE_OPS: Readonly<Record<string, readonly number[]>> = { BorealisAdamW: [0, 1, 2] };

/**
 * The arguments of a recording that were donated, and may be overwritten: by an operation that waits for all that was
 * recorded before it, and read by nothing that comes after.
 */
export interface Donations {
  readonly donate: (id: number) => void;
  /** Takes note of an operation's inputs and outputs. Throws where an input has been overwritten. */
  note(op: string, inputs: readonly number[], outputs: readonly number[]): void;
  /**
   * Whether the operation may overwrite its inputs, which then count as overwritten.
   *
   * @returns the node to wait for, from `barrier` where there is none yet that comes after the inputs' last reader
   */
  overwrite(op: string, inputs: readonly number[], barrier: () => string): string | undefined;
}

export function createDonations(): Donations {
  const rootOf = new Map<number, number>(); // donated argument, or what may lie in the same memory → the argument
  const overwritten = new Set<number>();
  const readSinceBarrier = new Set<number>();
  let lastBarrier: string | undefined;

  function note(op: string, inputs: readonly number[], outputs: readonly number[]): void {
    for (const input of inputs) {
      const root = rootOf.get(input);
      if (root === undefined) continue;
      if (overwritten.has(root)) throw usedAfterwards(op);
      readSinceBarrier.add(root);
      if (MOVING_OPS.has(op)) for (const output of outputs) rootOf.set(output, root);
    }
  }

  function overwrite(op: string, inputs: readonly number[], barrier: () => string): string | undefined {
    const positions = IN_PLACE_OPS[op] ?? [];
    const taken = positions.map((i) => inputs[i] ?? 0);
    const allowed = taken.every((id) => rootOf.get(id) === id && !overwritten.has(id));
    if (taken.length === 0 || !allowed || new Set(taken).size < taken.length) return undefined;
    if (lastBarrier === undefined || taken.some((id) => readSinceBarrier.has(id))) {
      lastBarrier = barrier();
      readSinceBarrier.clear();
    }
    for (const id of taken) overwritten.add(id);
    return lastBarrier;
  }

  const donate = (id: number): void => {
    rootOf.set(id, id);
  };
  return { donate, note, overwrite };
}

function usedAfterwards(op: string): TensorError {
  return new TensorError(
    'USED_AFTER_DONATION',
    `${op} reads a donated argument after it was overwritten: use the updated tensor, or read before the update`,
  );
}
