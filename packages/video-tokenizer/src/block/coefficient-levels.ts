import { fsqQuantize } from '../fsq/fsq-quantize.ts';
import type { BlockFsqWeights } from './block-fsq-weights.ts';

type Quantizers = Pick<BlockFsqWeights, 'config' | 'centers' | 'scales' | 'values'>;

/**
 * Levels of coefficients: FSQ of `(c − center) · scale`.
 *
 * @param coefficients `[n k]`
 * @returns level indices `[n k]`
 * @throws VideoTokenizerError `not-finite`
 */
export function levelsOfCoefficients(
  coefficients: Float32Array,
  { config, centers, scales }: Quantizers,
): Uint8Array {
  const k = config.levels.length;
  const z = coefficients.map((c, i) => (c - (centers[i % k] ?? 0)) * (scales[i % k] ?? 0));
  return fsqQuantize(z, config.levels);
}

/**
 * The coefficients that levels stand for: the training coefficients' mean in the level's cell, which has a smaller
 * error than the inverse of the bounding function.
 *
 * @param levelIndices `[n k]`
 * @returns `[n k]`
 */
export function coefficientsOfLevels(levelIndices: Uint8Array, { config, values }: Quantizers): Float32Array {
  const k = config.levels.length;
  const starts = config.levels.map((_, j) => config.levels.slice(0, j).reduce((a, b) => a + b, 0));
  return Float32Array.from(levelIndices, (index, i) => values[(starts[i % k] ?? 0) + index] ?? NaN);
}
