import type { Combination } from '@borealis/ensemble';
import type { DrawFramesOptions } from '@borealis/evaluator';

/** How futures are drawn for an evaluation. */
export interface SamplingSettings {
  /** So many samples as one are scored, each. */
  readonly samples: readonly number[];
  /** How they become one. */
  readonly combination: Combination;
  /** Steps of the solver: the first for everything, the others for comparison. */
  readonly steps: readonly number[];
  /** Scales of guidance, likewise. */
  readonly guidance: readonly number[];
  readonly solver: 'euler' | 'unipc';
  readonly seed: number;
  /** Samples computed together. */
  readonly together: number;
  readonly precision: 'f32' | 'bf16';
  /** So many samples are decoded whole, and scored in every frame. */
  readonly whole: number;
  /** The model with the states of another segment, too. */
  readonly shuffleStates: boolean;
  /** What comparisons of steps and of guidance are made with. */
  readonly sweep: { readonly samples: number; readonly windows: number };
}

/** The way of drawing that everything but comparisons is drawn in. */
export function mainDrawing({
  steps: [steps = 1],
  guidance: [guidanceScale = 1],
  ...settings
}: SamplingSettings): Omit<DrawFramesOptions, 'samples'> {
  const { solver, seed, together, precision, whole } = settings;
  return { steps, guidanceScale, solver, seed, together, precision, whole };
}

/** All numbers of samples that are scored: those of comparisons are among them. */
export function sampleNumbers({ samples, steps, guidance, sweep }: SamplingSettings): number[] {
  const compared = steps.length > 1 || guidance.length > 1 ? sweepNumbers({ sweep }) : [];
  return [...new Set([...samples, ...compared])].sort((a, b) => a - b);
}

/** One sample, and as many as comparisons are made with. */
export function sweepNumbers({ sweep }: Pick<SamplingSettings, 'sweep'>): number[] {
  return [...new Set([1, sweep.samples])];
}
