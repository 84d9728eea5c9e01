import { countRows } from './logit-rows.ts';
import type { LogitRows } from './logit-rows.ts';
import { MetricsError } from './metrics-error.ts';

/** The best k classes of each row, best first; of equal values the smaller class number first. */
export interface TopK {
  readonly k: number;
  /** `[rows k]` class numbers */
  readonly indices: Int32Array;
  /** `[rows k]` */
  readonly values: Float32Array;
}

/** Class numbers share a 53-bit integer with the value's 32 bits. */
const MAX_CLASSES = 2 ** 21;
/** Candidates gathered, as a multiple of k, before all but the best k are dropped. */
const POOL_FACTOR = 4;

/**
 * The k largest values of each row. One pass over each row: what can't be among the best k is passed over at the cost of
 * one comparison; candidates are keys (value's bits, class) whose order as numbers is the order wanted.
 *
 * @param rows `[rows classes]`, logits or log-probabilities, any order; −∞ allowed
 * @param k from 1 to classes; at most 2²¹ classes
 * @throws {MetricsError} `not-finite` for NaN, with its row and class; `out-of-range`, `shape-mismatch`
 */
export function topK({ values, classes }: LogitRows & { readonly values: Float32Array }, k: number): TopK {
  const rows = countRows({ values, classes });
  if (!Number.isInteger(k) || k < 1 || k > classes || classes > MAX_CLASSES) {
    throw new MetricsError(
      'out-of-range',
      `top ${k} of ${classes} classes: expected 1 ≤ k ≤ classes ≤ ${MAX_CLASSES}.`,
    );
  }
  const top: TopK = { k, indices: new Int32Array(rows * k), values: new Float32Array(rows * k) };
  const pool = new Float64Array(Math.min(classes, POOL_FACTOR * k));
  const best = pool.subarray(0, k);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * classes, (r + 1) * classes);
    let filled = 0;
    let threshold = -Infinity; // the k-th best value so far, once k are known
    let open = true; // while fewer than k are known, −∞ counts too
    for (let c = 0; c < classes; c++) {
      const value = row[c] ?? 0;
      if (value <= threshold && !open) continue;
      if (Number.isNaN(value)) {
        throw new MetricsError(
          'not-finite',
          `row ${r}, class ${c} is NaN: expected a logit or log-probability.`,
        );
      }
      pool[filled++] = keyOf(value, c);
      if (filled === pool.length && c < classes - 1) {
        selectLargest(pool, filled, k);
        filled = k;
        threshold = valueOf(smallest(best));
        open = false;
      }
    }
    selectLargest(pool, filled, k);
    best.sort();
    for (let i = 0; i < k; i++) {
      const key = best[k - 1 - i] ?? 0;
      top.indices[r * k + i] = MAX_CLASSES - 1 - (key % MAX_CLASSES);
      top.values[r * k + i] = valueOf(key);
    }
  }
  return top;
}

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** A whole number below 2⁵³ that grows with the value and, for equal values, falls with the class. */
function keyOf(value: number, index: number): number {
  scratchFloat[0] = value + 0; // −0 becomes 0: they are equal
  const bits = scratchBits[0] ?? 0;
  const ordered = bits >= 0x8000_0000 ? 0xffff_ffff - bits : bits + 0x8000_0000;
  return ordered * MAX_CLASSES + (MAX_CLASSES - 1 - index);
}

function valueOf(key: number): number {
  const ordered = Math.floor(key / MAX_CLASSES);
  scratchBits[0] = ordered >= 0x8000_0000 ? ordered - 0x8000_0000 : 0xffff_ffff - ordered;
  return scratchFloat[0] ?? 0;
}

function smallest(keys: Float64Array): number {
  let least = Infinity;
  for (let i = 0; i < keys.length; i++) least = Math.min(least, keys[i] ?? Infinity);
  return least;
}

/** Moves the k largest of the first `length` keys to the front, in any order (Hoare's selection, middle pivot). */
function selectLargest(keys: Float64Array, length: number, k: number): void {
  let [low, high] = [0, length - 1];
  while (low < high) {
    const pivot = keys[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((keys[i] ?? 0) > pivot) i++;
      while ((keys[j] ?? 0) < pivot) j--;
      if (i <= j) {
        const moved = keys[i] ?? 0;
        keys[i++] = keys[j] ?? 0;
        keys[j--] = moved;
      }
    }
    if (k - 1 <= j) high = j;
    else if (k - 1 >= i) low = i;
    else return;
  }
}
