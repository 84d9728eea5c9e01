import type { Frames, TokenGrids } from '@borealis/dataset';
import { levelsOfCodes } from '../fsq/code-levels.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { BLOCK_NUMBERS, checkGrids, BLOCK, CLIP_FRAMES, GRID_KINDS } from './block-geometry.ts';
import type { BlockFsqWeights } from './block-fsq-weights.ts';
import { coefficientsOfLevels } from './coefficient-levels.ts';
import { openRendering } from './rendering.ts';

/**
 * Frames of grid triples: 17 each. The first frame depends on grid 0, frames 1 to 8 on grids 0 and 1, frames 9 to 16
 * on grids 1 and 2. The backend must have been started (`startBackend`).
 *
 * @param grids `[3·n gh gw]`, codes in [0, product of the levels)
 * @returns frames `[17·n 8·gh 8·gw c]` RGB
 * @throws VideoTokenizerError `tokens`
 */
export async function decode(weights: BlockFsqWeights, grids: TokenGrids): Promise<Frames> {
  checkGrids(grids);
  const { height, width } = grids;
  const kinds = GRID_KINDS.length;
  if (grids.count % kinds !== 0) {
    throw new VideoTokenizerError('tokens', `${grids.count} grids are no whole triples.`);
  }
  const places = height * width;
  const k = weights.config.levels.length;
  const coefficients = coefficientsOfLevels(levelsOfCodes(grids.data, weights.config.levels), weights);
  const count = (grids.count / kinds) * CLIP_FRAMES;
  const data = new Uint8Array(count * places * BLOCK_NUMBERS);
  const rendering = openRendering(weights);
  try {
    let to = 0;
    for (let i = 0; i < grids.count; i++) {
      const { kind, frames } = GRID_KINDS[(i % kinds) as 0 | 1 | 2];
      const own = coefficients.subarray(i * places * k, (i + 1) * places * k);
      const previous = kind === 0 ? undefined : coefficients.subarray((i - 1) * places * k, i * places * k);
      const bytes = data.subarray(to, to + frames * places * BLOCK_NUMBERS);
      await rendering.draw({ kind, grid: { height, width }, own, previous }, bytes);
      to += bytes.length;
    }
  } finally {
    rendering.dispose();
  }
  return { data, count, height: height * BLOCK, width: width * BLOCK };
}
