import { DitSamplerError } from '../errors.ts';

/** Noise levels from 1, pure noise, down to 0, data, and the timesteps that the model is told at each but the last. */
export interface NoiseSchedule {
  /** `[steps + 1]` */
  readonly sigmas: Float32Array;
  /** `[steps]`, in [0, 1000] */
  readonly timesteps: Float32Array;
}

export interface NoiseScheduleOptions {
  readonly steps: number;
  /** How far levels are moved towards noise: σ ← s σ / (1 + (s − 1) σ). Wan 2.2 TI2V-5B: 5. */
  readonly shift: number;
}

export const TRAINING_TIMESTEPS = 1000;

/** Levels this close to 1 are lowered by it: of data there must be something left to take the logarithm of. */
const LEAST_DATA = 1e-6;

export function shiftSigma(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma);
}

/**
 * As diffusers' `FlowMatchEulerDiscreteScheduler`: evenly spaced in what is already a shifted range, and shifted again, so the
 * last level before 0 is larger than one would think.
 *
 * @throws DitSamplerError `ARGUMENT`
 */
export function eulerSchedule({ steps, shift }: NoiseScheduleOptions): NoiseSchedule {
  checkOptions({ steps, shift });
  const least = Math.fround(shiftSigma(Math.fround(1 / TRAINING_TIMESTEPS), shift));
  const levels = linspace(1, least, steps).map((sigma) => shiftSigma(sigma, shift));
  const sigmas = Float32Array.of(...levels, 0);
  return { sigmas, timesteps: sigmas.slice(0, steps).map((sigma) => sigma * TRAINING_TIMESTEPS) };
}

/**
 * As diffusers' `UniPCMultistepScheduler` with flow sigmas: evenly spaced from 1 to 1/1000, the last left out, shifted once;
 * timesteps are cut to whole numbers.
 *
 * @throws DitSamplerError `ARGUMENT`
 */
export function uniPcSchedule({ steps, shift }: NoiseScheduleOptions): NoiseSchedule {
  checkOptions({ steps, shift });
  const levels = linspace(1, 1 / TRAINING_TIMESTEPS, steps + 1)
    .slice(0, steps)
    .map((sigma) => shiftSigma(sigma, shift))
    .map((sigma) => (Math.abs(sigma - 1) < LEAST_DATA ? sigma - LEAST_DATA : sigma));
  const timesteps = Float32Array.from(levels, (sigma) => Math.trunc(sigma * TRAINING_TIMESTEPS));
  return { sigmas: Float32Array.of(...levels, 0), timesteps };
}

/** `count` numbers from `start` to `end`, both included. */
function linspace(start: number, end: number, count: number): number[] {
  if (count === 1) return [start];
  return Array.from({ length: count }, (_, i) => start + ((end - start) * i) / (count - 1));
}

function checkOptions({ steps, shift }: NoiseScheduleOptions): void {
  if (!Number.isSafeInteger(steps) || steps < 1)
    throw new DitSamplerError(
      'ARGUMENT',
      `the number of steps must be a whole number from 1; it is ${steps}`,
    );
  if (!(shift > 0 && Number.isFinite(shift)))
    throw new DitSamplerError(
      'ARGUMENT',
      `the shift of noise levels must be a positive number; it is ${shift}`,
    );
}
