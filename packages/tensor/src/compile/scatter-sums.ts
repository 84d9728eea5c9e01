/** A sum of rows into a table that is zero elsewhere: ids of `ids [n]` and `rows [n c]`. */
interface ScatterSum {
  readonly ids: number;
  readonly rows: number;
}

/** An addition whose other operand is such a sum. */
export interface AddedRows extends ScatterSum {
  /** The tensor that the rows can be added into. */
  readonly into: number;
}

export interface ScatterSums {
  /** Every tensor of the recording. */
  see(id: number, shape: readonly number[]): void;
  /** Every operation, with its first output. */
  note(op: string, inputs: readonly number[], output: number): void;
  /** For an addition, as what it can be recorded; undefined where it is none of these. */
  find(op: string, inputs: readonly number[]): AddedRows | undefined;
}

const ADDITIONS = new Set(['Add', 'AddV2']);

/**
 * Finds `x + scatter(rows)`: the gradient of a table that is both looked up and multiplied with. Adding the rows into x
 * spares a table of zeros and a pass over two whole tables.
 */
export function createScatterSums(): ScatterSums {
  const sums = new Map<number, ScatterSum>();
  const shapes = new Map<number, string>();

  return {
    see: (id, shape) => {
      if (shape.length === 2) shapes.set(id, shape.join());
    },
    note: (op, [rows, ids], output) => {
      if (op !== 'UnsortedSegmentSum' || rows === undefined || ids === undefined || !shapes.has(output))
        return;
      sums.set(output, { ids, rows });
    },
    find: (op, inputs) => {
      const [a, b] = inputs;
      if (!ADDITIONS.has(op) || a === undefined || b === undefined || a === b) return undefined;
      const shape = shapes.get(a);
      if (shape === undefined || shape !== shapes.get(b)) return undefined;
      for (const [into, scattered] of [
        [a, b],
        [b, a],
      ] as const) {
        const sum = sums.get(scattered);
        if (sum !== undefined && !sums.has(into)) return { into, ...sum };
      }
      return undefined;
    },
  };
}
