import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { PerceptualError } from '../perceptual-error.ts';
import type { FeatureMoments } from './feature-moments.ts';

export interface FrechetDistance {
  /** `meanTerm + tr(Σa) + tr(Σb) − 2 traceRoot` */
  readonly distance: number;
  /** |μa − μb|² */
  readonly meanTerm: number;
  /** tr √(Σa Σb) */
  readonly traceRoot: number;
}

/** Eigenvalues below this share of the largest are rounding. */
const NEGLIGIBLE = 1e-14;

/**
 * Fréchet distance of two normal distributions (Dowson and Landau 1982) with the moments of two sets of features: FID where
 * they are Inception's. Covariances have divisor n − 1, everything is in 64 bits. With few pictures it is far too large;
 * compare only numbers from equally many.
 *
 * The trace of the root is taken as the sum of the roots of the eigenvalues of Fᵀ Σb F, where F Fᵀ = Σa: symmetric, so that
 * singular covariances (fewer pictures than features) do no harm.
 *
 * @throws PerceptualError `features` for sets of different widths, or of fewer than two
 */
export function frechetDistance(a: FeatureMoments, b: FeatureMoments): FrechetDistance {
  const width = a.mean.length;
  if (b.mean.length !== width)
    throw new PerceptualError(
      'features',
      `features of ${width} and ${b.mean.length} numbers; expected the same.`,
    );
  const [ofA, ofB] = [covarianceOf(a), covarianceOf(b)];
  const meanTerm = a.mean.reduce((sum, value, i) => sum + (value - (b.mean[i] ?? NaN)) ** 2, 0);
  const traceRoot = traceOfRoot(ofA, ofB);
  return { distance: meanTerm + ofA.trace() + ofB.trace() - 2 * traceRoot, meanTerm, traceRoot };
}

function covarianceOf({ samples, mean: { length }, products }: FeatureMoments): Matrix {
  if (samples < 2) {
    throw new PerceptualError('features', `a covariance needs two pictures or more, there are ${samples}.`);
  }
  return new Matrix(
    Array.from({ length }, (_, i) =>
      products.subarray(i * length, (i + 1) * length).map((p) => p / (samples - 1)),
    ),
  );
}

function traceOfRoot(a: Matrix, b: Matrix): number {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(a, { assumeSymmetric: true });
  const least = NEGLIGIBLE * Math.max(...realEigenvalues);
  const kept = [...realEigenvalues.keys()].filter((i) => (realEigenvalues[i] ?? 0) > least);
  if (kept.length === 0) return 0; // all pictures of a set are alike
  const factor = eigenvectorMatrix
    .subMatrixColumn(kept)
    .mulRowVector(kept.map((i) => Math.sqrt(realEigenvalues[i] ?? 0)));
  const product = factor.transpose().mmul(b).mmul(factor);
  const { realEigenvalues: squares } = new EigenvalueDecomposition(product, { assumeSymmetric: true });
  return squares.reduce((sum, square) => sum + Math.sqrt(Math.max(square, 0)), 0);
}
