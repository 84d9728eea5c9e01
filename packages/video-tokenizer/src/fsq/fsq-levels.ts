import { VideoTokenizerError } from '../video-tokenizer-error.ts';

/** Levels of the Cosmos DV tokenizers: 64,000 codes. */
export const COSMOS_LEVELS: readonly number[] = [8, 8, 8, 5, 5, 5];

/**
 * Number of codes that levels make: their product.
 *
 * @throws VideoTokenizerError `levels` where there are none, one is below 2, or the codes don't fit an int32
 */
export function codeCount(levels: readonly number[]): number {
  const count = levels.reduce((product, level) => product * level, 1);
  const good = levels.length > 0 && levels.every((level) => Number.isInteger(level) && level >= 2);
  if (!good || Math.max(...levels) > 256 || count > 0x7fffffff) {
    throw new VideoTokenizerError(
      'levels',
      `FSQ levels must be whole numbers from 2 to 256 whose product fits an int32, not [${levels.join(', ')}].`,
    );
  }
  return count;
}
