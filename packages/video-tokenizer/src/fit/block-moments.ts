import { tf } from '@borealis/tensor';
import { BLOCK_NUMBERS } from '../block/block-geometry.ts';
import { columnProducts, matrix, take } from '../block/linear-maps.ts';

/** Mean and covariance of block rows. */
export interface Moments {
  readonly count: number;
  /** `[192]` */
  readonly mean: Float64Array;
  /** `[192 192]` */
  readonly covariance: Float64Array;
}

/** Gathers moments as rows come. Rows are shifted by 1/2 first, and sums kept in float64. */
export function createMoments(): { add(rows: Float32Array): Promise<void>; result(): Moments } {
  const d = BLOCK_NUMBERS;
  const sums = new Float64Array(d);
  const products = new Float64Array(d * d);
  let count = 0;
  return {
    async add(rows) {
      const shifted = rows.map((value) => value - 0.5);
      const tensor = matrix(shifted, d);
      try {
        addTo(products, await take(columnProducts(tensor, tensor)));
      } finally {
        tf.dispose(tensor);
      }
      for (let i = 0; i < shifted.length; i++) sums[i % d] = (sums[i % d] ?? 0) + (shifted[i] ?? 0);
      count += rows.length / d;
    },
    result() {
      const mean = sums.map((sum) => sum / count);
      const covariance = products.map(
        (sum, i) => sum / count - (mean[Math.floor(i / d)] ?? 0) * (mean[i % d] ?? 0),
      );
      return { count, mean: mean.map((value) => value + 0.5), covariance };
    },
  };
}

/** Adds an array onto another of the same length. */
export function addTo(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + (values[i] ?? 0);
}
