import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { codeCount, COSMOS_LEVELS } from './fsq-levels.ts';

/**
 * One code of many level indices: `Σ index_j · L_0 ⋯ L_{j−1}`, so the first level varies fastest.
 *
 * @param levelIndices `[n k]`, each in [0, L)
 * @returns codes `[n]` in [0, product of the levels)
 * @throws VideoTokenizerError `levels`
 */
export function codesOfLevels(
  levelIndices: ArrayLike<number>,
  levels: readonly number[] = COSMOS_LEVELS,
): Int32Array {
  codeCount(levels);
  const k = levels.length;
  if (levelIndices.length % k !== 0) {
    throw new VideoTokenizerError('levels', `${levelIndices.length} level indices are no rows of ${k}.`);
  }
  const codes = new Int32Array(levelIndices.length / k);
  let stride = 1;
  for (const [j, level] of levels.entries()) {
    for (let row = 0; row < codes.length; row++) {
      const index = levelIndices[row * k + j] ?? NaN;
      if (!(Number.isInteger(index) && index >= 0 && index < level)) {
        throw new VideoTokenizerError(
          'levels',
          `Level index ${index} (row ${row}, place ${j}) is outside [0, ${level}).`,
        );
      }
      codes[row] = (codes[row] ?? 0) + index * stride;
    }
    stride *= level;
  }
  return codes;
}

/**
 * Level indices of many codes: what `codesOfLevels` undoes.
 *
 * @param codes `[n]`, each in [0, product of the levels)
 * @returns `[n k]`
 * @throws VideoTokenizerError `tokens`, `levels`
 */
export function levelsOfCodes(
  codes: ArrayLike<number>,
  levels: readonly number[] = COSMOS_LEVELS,
): Uint8Array {
  const count = codeCount(levels);
  const k = levels.length;
  const indices = new Uint8Array(codes.length * k);
  for (let row = 0; row < codes.length; row++) {
    let rest = codes[row] ?? NaN;
    if (!(Number.isInteger(rest) && rest >= 0 && rest < count)) {
      throw new VideoTokenizerError('tokens', `Code ${rest} at place ${row} is outside [0, ${count}).`);
    }
    for (const [j, level] of levels.entries()) {
      const index = rest % level;
      indices[row * k + j] = index;
      rest = (rest - index) / level;
    }
  }
  return indices;
}

/** `codesOfLevels` of one row. */
export function codeOfLevels(
  levelIndices: ArrayLike<number>,
  levels: readonly number[] = COSMOS_LEVELS,
): number {
  const [code, ...more] = codesOfLevels(levelIndices, levels);
  if (code === undefined || more.length > 0) {
    throw new VideoTokenizerError(
      'levels',
      `${levelIndices.length} level indices are not the ${levels.length} of one code.`,
    );
  }
  return code;
}

/** `levelsOfCodes` of one code. */
export function levelsOfCode(code: number, levels: readonly number[] = COSMOS_LEVELS): number[] {
  return [...levelsOfCodes([code], levels)];
}
