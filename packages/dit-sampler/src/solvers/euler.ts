import { compile, tf } from '@borealis/tensor';
import { DitSamplerError } from '../errors.ts';
import type { NoiseScheduleOptions } from './noise-schedule.ts';
import { eulerSchedule } from './noise-schedule.ts';
import type { Solver } from './solver.ts';

/** Euler's method on diffusers' levels: `x + (σ_next − σ) v`. */
export function createEuler(options: NoiseScheduleOptions): Solver {
  const schedule = eulerSchedule(options);
  const advance = compile(
    (latents: tf.Tensor, velocity: tf.Tensor, change: tf.Tensor) => tf.add(latents, tf.mul(velocity, change)),
    { name: 'euler_step' },
  );
  return {
    schedule,
    dispose: () => {
      advance.dispose();
    },
    begin: () => {
      let index = 0;
      return {
        step: (latents, velocity) => {
          const [sigma, next] = levelsAt(schedule.sigmas, index++);
          const change = tf.scalar(next - sigma);
          const result = advance(latents, velocity, change);
          change.dispose();
          return result;
        },
        dispose: () => undefined,
      };
    },
  };
}

/** The level of a step, and the one that it leads to. */
export function levelsAt(sigmas: Float32Array, index: number): [sigma: number, next: number] {
  const [sigma, next] = [sigmas[index], sigmas[index + 1]];
  if (sigma === undefined || next === undefined) {
    throw new DitSamplerError('ARGUMENT', `all ${sigmas.length - 1} steps are done: begin a new path`);
  }
  return [sigma, next];
}
