import { BenchError } from '../bench-error.ts';
import type { Way } from './contestant.ts';

/** A way of the peer that did not run, and why. */
export interface LeftOut {
  readonly way: string;
  readonly reason: string;
}

/** That a way's process failed is told beside the results; anything else is thrown on. */
export function leftOut({ name }: Way, error: unknown): LeftOut {
  if (!(error instanceof BenchError) || error.code !== 'contestant-failed') throw error;
  return { way: name, reason: error.message };
}
