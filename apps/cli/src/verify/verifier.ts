import type { Golden } from './golden.ts';

export interface VerifierOptions {
  /** In what compiled functions multiply matrices. */
  readonly precision: 'f32' | 'bf16';
}

/** An output or gradient as the implementation gives it. */
export interface Produced {
  /** The golden tensor's full name, such as `grads.attention.q`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  /** Which implementation, where there are several of the same thing. */
  readonly by?: string;
}

/**
 * Computes a golden file's outputs and gradients from its weights and inputs, as far as it knows how to; for a file that
 * has neither, such as one of weights, gives its tensors back as the implementation stores them.
 */
export type Verifier = (
  golden: Golden,
  options: VerifierOptions,
) => Iterable<Produced> | AsyncIterable<Produced>;
