import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { BLOCK, BLOCK_NUMBERS, CHANNELS } from '../block/block-geometry.ts';

/** Orthonormal directions in the space of blocks, that of largest variance first. */
export interface Directions {
  /** `[192 k]` */
  readonly basis: Float32Array;
  /** `[k]` */
  readonly variances: readonly number[];
}

/** Variances below this are rounding: a deviation of 0.003 of an 8-bit step. */
const NEGLIGIBLE = 1e-10;

/** The k eigenvectors of largest eigenvalue (Karhunen–Loève), each with its largest component positive. */
export function kltDirections(covariance: Float64Array, k: number): Directions {
  const symmetric = Matrix.from1DArray(BLOCK_NUMBERS, BLOCK_NUMBERS, [...covariance]);
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()]
    .toSorted((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0))
    .slice(0, k);
  const columns = order.map((column) => {
    const vector = eigenvectorMatrix.getColumn(column);
    const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    return largest < 0 ? vector.map((value) => -value) : vector;
  });
  return {
    basis: asBasis(columns),
    variances: order.map((column) => significant(realEigenvalues[column] ?? 0)),
  };
}

/** Luminance and two differences of colour: orthonormal. */
const COLOURS = [
  [1, 1, 1],
  [1, 0, -1],
  [1, -2, 1],
].map((row) => row.map((value) => value / Math.hypot(...row)));

/** The k products of cosines over y and x and an opponent colour that have the largest variance. */
export function dctDirections(covariance: Float64Array, k: number): Directions {
  const candidates = COLOURS.flatMap((colour) =>
    Array.from({ length: BLOCK * BLOCK }, (_, i) => cosines(Math.floor(i / BLOCK), i % BLOCK, colour)),
  ).map((vector) => ({ vector, variance: varianceAlong(vector, covariance) }));
  const best = candidates.toSorted((a, b) => b.variance - a.variance).slice(0, k);
  return {
    basis: asBasis(best.map(({ vector }) => vector)),
    variances: best.map(({ variance }) => significant(variance)),
  };
}

function cosines(v: number, u: number, colour: readonly number[]): number[] {
  const cosine = (frequency: number, position: number): number =>
    Math.sqrt((frequency === 0 ? 1 : 2) / BLOCK) *
    Math.cos((Math.PI * frequency * (2 * position + 1)) / (2 * BLOCK));
  return Array.from({ length: BLOCK_NUMBERS }, (_, i) => {
    const [pixel, c] = [Math.floor(i / CHANNELS), i % CHANNELS];
    return cosine(v, Math.floor(pixel / BLOCK)) * cosine(u, pixel % BLOCK) * (colour[c] ?? 0);
  });
}

function varianceAlong(vector: readonly number[], covariance: Float64Array): number {
  let sum = 0;
  for (const [i, a] of vector.entries()) {
    let row = 0;
    for (const [j, b] of vector.entries()) row += (covariance[i * vector.length + j] ?? 0) * b;
    sum += a * row;
  }
  return sum;
}

function significant(variance: number): number {
  return variance < NEGLIGIBLE ? 0 : variance;
}

function asBasis(columns: readonly (readonly number[])[]): Float32Array {
  const basis = new Float32Array(BLOCK_NUMBERS * columns.length);
  for (const [j, column] of columns.entries()) {
    for (const [i, value] of column.entries()) basis[i * columns.length + j] = value;
  }
  return basis;
}
