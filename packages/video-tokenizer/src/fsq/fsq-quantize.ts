import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { bound, fsqRange } from './fsq-bound.ts';
import { codeCount } from './fsq-levels.ts';

/**
 * FSQ: each number is bounded and rounded to one of its levels.
 *
 * @param z `[n k]`, k the number of levels; any finite number
 * @returns level indices `[n k]`, in [0, L)
 * @throws VideoTokenizerError `levels`, `not-finite`
 */
export function fsqQuantize(z: Float32Array, levels: readonly number[]): Uint8Array {
  codeCount(levels);
  const k = levels.length;
  if (z.length % k !== 0) {
    throw new VideoTokenizerError(
      'levels',
      `${z.length} numbers are no rows of ${k}, one for each FSQ level.`,
    );
  }
  const indices = new Uint8Array(z.length);
  for (const [j, level] of levels.entries()) {
    const range = fsqRange(level);
    const middle = level >> 1;
    for (let i = j; i < z.length; i += k) {
      const value = z[i] ?? NaN;
      if (!Number.isFinite(value)) {
        throw new VideoTokenizerError('not-finite', `Coefficient ${j} of row ${(i - j) / k} is ${value}.`);
      }
      indices[i] = Math.round(bound(value, range)) + middle;
    }
  }
  return indices;
}

/**
 * The numbers that stand for level indices in FSQ: `(index − floor(L / 2)) / floor(L / 2)`, about [-1, 1].
 *
 * @param levelIndices `[n k]`
 * @returns `[n k]`
 */
export function fsqValues(levelIndices: ArrayLike<number>, levels: readonly number[]): Float32Array {
  const values = new Float32Array(levelIndices.length);
  for (const [j, level] of levels.entries()) {
    const middle = level >> 1;
    for (let i = j; i < values.length; i += levels.length) {
      values[i] = ((levelIndices[i] ?? NaN) - middle) / middle;
    }
  }
  return values;
}
