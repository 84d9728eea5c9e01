import { tf } from '@borealis/tensor';
import { Matrix, solve } from 'ml-matrix';
import { BLOCK_NUMBERS, GRID_KINDS } from '../block/block-geometry.ts';
import type { GridKind } from '../block/block-geometry.ts';
import { columnProducts, matrix, take } from '../block/linear-maps.ts';
import { featureCount } from '../block/neighbourhood.ts';
import { addTo } from './block-moments.ts';

/** Added to the squares of the features, relative to their mean: keeps features that never vary solvable. */
const RIDGE = 1e-6;

/** Linear regression of a grid kind's pixels on what its decoder sees, by normal equations gathered clip by clip. */
export interface DecoderFit {
  /** @param features `[n f]` @param pixels `[n (t y x c)]` */
  add(features: Float32Array, pixels: Float32Array): Promise<void>;
  /** `[f (t y x c)]` */
  result(): Float32Array;
}

/** @param k number of coefficients of a block */
export function createDecoderFit(kind: GridKind, k: number): DecoderFit {
  const f = featureCount(kind, k);
  const d = GRID_KINDS[kind].frames * BLOCK_NUMBERS;
  const squares = new Float64Array(f * f);
  const products = new Float64Array(f * d);
  return {
    async add(features, pixels) {
      const [a, b] = [matrix(features, f), matrix(pixels, d)];
      try {
        addTo(squares, await take(columnProducts(a, a)));
        addTo(products, await take(columnProducts(a, b)));
      } finally {
        tf.dispose([a, b]);
      }
    },
    result() {
      const left = Matrix.from1DArray(f, f, [...squares]);
      left.add(Matrix.eye(f, f, (RIDGE * left.trace()) / f));
      return Float32Array.from(solve(left, Matrix.from1DArray(f, d, [...products])).to1DArray());
    },
  };
}
