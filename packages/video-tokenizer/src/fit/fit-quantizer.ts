import { fsqRange, unbound } from '../fsq/fsq-bound.ts';
import type { CoefficientHistogram, RangeSums } from './coefficient-histogram.ts';

/** How one coefficient goes into FSQ, and what its levels stand for. */
export interface FittedQuantizer {
  readonly center: number;
  readonly scale: number;
  /** Mean of the coefficients in each level's cell; the inverse of the bounding where a cell is empty. */
  readonly values: readonly number[];
  /** Mean squared error of the coefficient. */
  readonly error: number;
  /** Of the level indices, in nats. */
  readonly entropy: number;
}

/** Points a side of the search grid, and how often it is drawn again, finer, around its best point. */
const POINTS = 17;
const ROUNDS = 4;

/** Center and scale of least squared error after decoding to cell means, found on a grid that is refined. */
export function fitQuantizer(
  histogram: CoefficientHistogram,
  { variance, level }: { readonly variance: number; readonly level: number },
): FittedQuantizer {
  const below = histogram.cumulative();
  const deviation = Math.sqrt(variance) || 1;
  const edges = zEdges(level);
  const errorOf = (center: number, scale: number): number =>
    cells(below, edges, { center, scale }).reduce(
      (error, { count, sum, squares }) => error + (count === 0 ? 0 : squares - (sum * sum) / count),
      0,
    );

  let best = { center: 0, scale: 1 / deviation, error: errorOf(0, 1 / deviation) };
  let [spanOfCenter, spanOfLog] = [2 * deviation, Math.log(8)];
  for (let round = 0; round < ROUNDS; round++) {
    const around = best;
    for (let i = 0; i < POINTS * POINTS; i++) {
      const [a, b] = [Math.floor(i / POINTS), i % POINTS].map((n) => (2 * n) / (POINTS - 1) - 1) as [
        number,
        number,
      ];
      const center = around.center + a * spanOfCenter;
      const scale = around.scale * Math.exp(b * spanOfLog);
      const error = errorOf(center, scale);
      if (error < best.error) best = { center, scale, error };
    }
    spanOfCenter /= 5;
    spanOfLog /= 5;
  }

  const { center, scale } = best;
  const found = cells(below, edges, best);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  return {
    center,
    scale,
    values: found.map(({ count, sum }, index) =>
      count > 0 ? sum / count : unbound(index - (level >> 1), fsqRange(level)) / scale + center,
    ),
    error: Math.max(0, best.error) / total,
    entropy: found.reduce(
      (h, { count }) => (count === 0 ? h : h - (count / total) * Math.log(count / total)),
      0,
    ),
  };
}

/** Where FSQ's input goes from one level to the next: `[L − 1]`. */
function zEdges(level: number): number[] {
  const range = fsqRange(level);
  return Array.from({ length: level - 1 }, (_, i) => unbound(i + 0.5 - (level >> 1), range));
}

function cells(
  below: (x: number) => RangeSums,
  edges: readonly number[],
  { center, scale }: { readonly center: number; readonly scale: number },
): RangeSums[] {
  const at = [-Infinity, ...edges.map((edge) => edge / scale + center), Infinity].map(below);
  return at.slice(1).map((high, i) => {
    const low = at[i] ?? high;
    return { count: high.count - low.count, sum: high.sum - low.sum, squares: high.squares - low.squares };
  });
}
