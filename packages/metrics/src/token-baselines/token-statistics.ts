import { checkTargets } from '../cross-entropy.ts';
import { MetricsError } from '../metrics-error.ts';
import { CHALLENGE_CODES } from '../top-k-predictions.ts';

/** Consecutive grids of one segment. */
export interface GridRun {
  /** What tells recordings apart, as for the bootstrap. */
  readonly segment: string | number;
  /** `[grids places]` codes */
  readonly codes: Int32Array;
  /** Places of one grid: h · w. */
  readonly places: number;
  /** Position in its triple of the first grid. Default 0. */
  readonly firstKind?: number;
}

/**
 * Counts that the baselines are fitted from, in bounded memory whatever the length of the training data. Segments are
 * dealt to folds in the order of their first appearance: a fold's tokens are predicted from the other folds' counts, so
 * smoothing and α are not fooled by tokens that were counted themselves.
 */
export interface TokenStatistics {
  readonly classes: number;
  readonly kinds: number;
  readonly folds: number;
  readonly distances: readonly number[];
  /** Segments seen. */
  readonly segments: number;
  /** Give each grid once: overlapping windows would count their middle more often. @throws {MetricsError} */
  add(run: GridRun): void;
  /** `[classes]` occurrences of each code in grids of this kind, in one fold's segments. */
  counts(kind: number, fold: number): Uint32Array;
  /** Pairs of places (target, the same place `distance` grids before), and `[classes]` how many were equal. */
  pairs(
    kind: number,
    distance: number,
    fold: number,
  ): { readonly total: number; readonly equal: Uint32Array };
}

/**
 * @param options `classes` (default 64,000), `kinds`: grids in a triple (3), `folds` (8), `distances` for which copying is
 * counted (1, 2, 3)
 */
export function createTokenStatistics(
  options: {
    readonly classes?: number;
    readonly kinds?: number;
    readonly folds?: number;
    readonly distances?: readonly number[];
  } = {},
): TokenStatistics {
  const { classes = CHALLENGE_CODES, kinds = 3, folds = 8, distances = [1, 2, 3] } = options;
  const counts = new Uint32Array(folds * kinds * classes);
  const equal = new Uint32Array(folds * kinds * distances.length * classes);
  const totals = new Float64Array(folds * kinds * distances.length);
  const foldOf = new Map<string | number, number>();

  const countRow = (kind: number, fold: number) => fold * kinds + inRange('kind', kind, kinds);
  const pairRow = (kind: number, distance: number, fold: number) => {
    const index = distances.indexOf(distance);
    if (index < 0) {
      throw new MetricsError(
        'not-fitted',
        `distance ${distance} was not counted; counted are ${distances.join(', ')}: name it in createTokenStatistics.`,
      );
    }
    return countRow(kind, fold) * distances.length + index;
  };
  return {
    classes,
    kinds,
    folds,
    distances,
    get segments() {
      return foldOf.size;
    },
    add({ segment, codes, places, firstKind = 0 }) {
      const grids = codes.length / places;
      if (!Number.isInteger(grids)) {
        throw new MetricsError(
          'shape-mismatch',
          `${codes.length} codes don't fill whole grids of ${places} places.`,
        );
      }
      checkTargets(codes, { rows: codes.length, classes });
      const fold = foldOf.get(segment) ?? foldOf.size % folds;
      foldOf.set(segment, fold);
      for (let g = 0; g < grids; g++) {
        const kind = (firstKind + g) % kinds;
        const start = g * places;
        const countStart = countRow(kind, fold) * classes;
        for (let p = start; p < start + places; p++) increment(counts, countStart + (codes[p] ?? 0));
        for (const distance of distances) {
          const back = distance * places;
          if (back > start) continue;
          const row = pairRow(kind, distance, fold);
          totals[row] = (totals[row] ?? 0) + places;
          for (let p = start; p < start + places; p++) {
            const code = codes[p] ?? 0;
            if (code === codes[p - back]) increment(equal, row * classes + code);
          }
        }
      }
    },
    counts(kind, fold) {
      const row = countRow(kind, fold);
      return counts.subarray(row * classes, (row + 1) * classes);
    },
    pairs(kind, distance, fold) {
      const row = pairRow(kind, distance, fold);
      return { total: totals[row] ?? 0, equal: equal.subarray(row * classes, (row + 1) * classes) };
    },
  };
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function inRange(name: string, value: number, size: number): number {
  if (Number.isInteger(value) && value >= 0 && value < size) return value;
  throw new MetricsError('out-of-range', `${name} ${value}: expected a whole number from 0 to ${size - 1}.`);
}
