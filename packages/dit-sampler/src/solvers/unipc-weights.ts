/**
 * The weights of one step of UniPC (Zhao et al. 2023: order 2, B(h) = e^h − 1, data prediction, as diffusers sets it for Wan).
 * Clean latents predicted at this step, the one before and the one before that: m0, m1, m2.
 */
export interface UniPcWeights {
  /** Corrected latents = the latents this step was predicted from, m0, m1, m2; null at the first step. */
  readonly corrector: readonly [from: number, m0: number, m1: number, m2: number] | null;
  /** Next latents = the corrected ones, m0, m1. */
  readonly predictor: readonly [from: number, m0: number, m1: number];
  /** Of the predictor: 1 at both ends. */
  readonly order: 1 | 2;
}

/** One for each step of the levels, computed in double precision. */
export function uniPcWeights(sigmas: Float32Array): UniPcWeights[] {
  const steps = sigmas.length - 1;
  const orderAt = (i: number): 1 | 2 => (i === 0 || i === steps - 1 ? 1 : 2);
  return Array.from({ length: steps }, (_, i) => ({
    corrector: i === 0 ? null : corrector(sigmas, i, orderAt(i - 1)),
    predictor: predictor(sigmas, i, orderAt(i)),
    order: orderAt(i),
  }));
}

/** Half the logarithm of the signal-to-noise ratio's square; infinite where no noise is left. */
function lambda(sigmas: Float32Array, i: number): number {
  const sigma = sigmas[i] as number;
  return Math.log(1 - sigma) - Math.log(sigma);
}

function sigmaRatio(sigmas: Float32Array, from: number): number {
  return (sigmas[from + 1] as number) / (sigmas[from] as number);
}

/** From level i to level i + 1. */
function predictor(sigmas: Float32Array, i: number, order: 1 | 2): UniPcWeights['predictor'] {
  const h = lambda(sigmas, i + 1) - lambda(sigmas, i);
  const reach = -(1 - (sigmas[i + 1] as number)) * Math.expm1(-h); // −α (e^−h − 1)
  if (order === 1) return [sigmaRatio(sigmas, i), reach, 0];
  const ratio = (lambda(sigmas, i - 1) - lambda(sigmas, i)) / h;
  const slope = (reach * 0.5) / ratio; // of (m1 − m0) / ratio
  return [sigmaRatio(sigmas, i), reach - slope, slope];
}

/** The step from level i − 1 to level i, taken again now that the model has been asked at level i. */
function corrector(sigmas: Float32Array, i: number, order: 1 | 2): readonly [number, number, number, number] {
  const h = lambda(sigmas, i) - lambda(sigmas, i - 1);
  const reach = -(1 - (sigmas[i] as number)) * Math.expm1(-h);
  const from = sigmaRatio(sigmas, i - 1);
  if (order === 1) return [from, reach * 0.5, reach * 0.5, 0];
  const ratio = (lambda(sigmas, i - 2) - lambda(sigmas, i - 1)) / h;
  const [older, newest] = correctorRhos(-h, ratio);
  const slope = (reach * older) / ratio; // of (m2 − m1) / ratio
  return [from, reach * newest, reach - slope - reach * newest, slope];
}

/** Solves `[[1, 1], [r, 1]] ρ = b` for the weights of the differences to m2 and to m0 (eq. 5 there, B(h) = e^h − 1). */
function correctorRhos(hh: number, ratio: number): [older: number, newest: number] {
  const phi1 = Math.expm1(hh);
  const phi2 = phi1 / hh - 1;
  const b1 = phi2 / phi1;
  const b2 = ((phi2 / hh - 0.5) * 2) / phi1;
  const older = (b2 - b1) / (ratio - 1);
  return [older, b1 - older];
}
