import type { Random } from '@borealis/tensor';
import type { UnmaskOptions } from './unmask.ts';

export interface GenerateOptions extends UnmaskOptions {
  /** 0 takes the likeliest digits; above, digits are drawn, each by itself. Default 0. */
  readonly temperature?: number;
  /** Needed unless places are kept by confidence and the temperature is 0. */
  readonly random?: Random;
}
