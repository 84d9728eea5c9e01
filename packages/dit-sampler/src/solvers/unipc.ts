import { compile, tf } from '@borealis/tensor';
import { levelsAt } from './euler.ts';
import type { NoiseScheduleOptions } from './noise-schedule.ts';
import { uniPcSchedule } from './noise-schedule.ts';
import type { Solver, SolverPath } from './solver.ts';
import { uniPcWeights } from './unipc-weights.ts';

/** What one step computes, in the order in which it does. */
export interface UniPcStep {
  /** The clean latents that the velocity means. */
  readonly clean: tf.Tensor;
  /** The latents of this level, better than they were given. */
  readonly corrected: tf.Tensor;
  /** Those of the next level. */
  readonly next: tf.Tensor;
}

export interface UniPcPath extends SolverPath {
  /** The same step with what lies between: all the caller's. */
  trace(latents: tf.Tensor, velocity: tf.Tensor): UniPcStep;
}

export interface UniPc extends Solver {
  begin(): UniPcPath;
}

type StepInputs = {
  readonly latents: tf.Tensor;
  readonly velocity: tf.Tensor;
  /** The corrected latents of the step before, and what was taken for clean there and one step earlier. */
  readonly from: tf.Tensor;
  readonly m1: tf.Tensor;
  readonly m2: tf.Tensor;
  /** `[9]`: σ, four weights of the corrector, whether to correct, three of the predictor */
  readonly weights: tf.Tensor;
};

/** UniPC of order 2 on diffusers' levels (`UniPCMultistepScheduler`: bh2, data prediction, lower order at the end). */
export function createUniPc(options: NoiseScheduleOptions): UniPc {
  const schedule = uniPcSchedule(options);
  const weights = uniPcWeights(schedule.sigmas);
  const advance = compile(uniPcStep, { name: 'unipc_step' });

  function begin(): UniPcPath {
    let index = 0;
    let past: { readonly from: tf.Tensor; readonly m1: tf.Tensor; readonly m2: tf.Tensor } | undefined;

    function trace(latents: tf.Tensor, velocity: tf.Tensor): UniPcStep {
      const [sigma] = levelsAt(schedule.sigmas, index);
      const { corrector, predictor } = weights[index] as (typeof weights)[number];
      const numbers = [sigma, ...(corrector ?? [0, 0, 0, 0]), corrector === null ? 0 : 1, ...predictor];
      const remembered = past ?? { from: latents, m1: latents, m2: latents };
      const packed = tf.tensor1d(numbers);
      const step = advance({ latents, velocity, ...remembered, weights: packed });
      packed.dispose();
      index++;
      const m2 = past === undefined ? tf.clone(step.clean) : tf.clone(past.m1);
      forget();
      past = { from: tf.clone(step.corrected), m1: tf.clone(step.clean), m2 };
      return step;
    }

    function forget(): void {
      if (past !== undefined) tf.dispose([past.from, past.m1, past.m2]);
      past = undefined;
    }

    return {
      trace,
      step: (latents, velocity) => {
        const { clean, corrected, next } = trace(latents, velocity);
        tf.dispose([clean, corrected]);
        return next;
      },
      dispose: forget,
    };
  }

  return {
    schedule,
    begin,
    dispose: () => {
      advance.dispose();
    },
  };
}

function uniPcStep({ latents, velocity, from, m1, m2, weights }: StepInputs) {
  const [sigma, c, c0, c1, c2, correct, p, p0, p1] = tf.unstack(weights) as [
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
    ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
  ];
  const clean = tf.sub(latents, tf.mul(sigma, velocity));
  const better = tf.addN([tf.mul(c, from), tf.mul(c0, clean), tf.mul(c1, m1), tf.mul(c2, m2)]);
  const corrected = tf.add(tf.mul(correct, better), tf.mul(tf.sub(1, correct), latents));
  const next = tf.addN([tf.mul(p, corrected), tf.mul(p0, clean), tf.mul(p1, m1)]);
  return { clean, corrected, next };
}
