import type { Frames, TokenGrids } from '@borealis/dataset';
import { codesOfLevels } from '../fsq/code-levels.ts';
import { averageBlocks } from './average-blocks.ts';
import { CLIP_FRAMES, GRID_KINDS, gridSizeOf } from './block-geometry.ts';
import type { BlockFsqWeights } from './block-fsq-weights.ts';
import { levelsOfCoefficients } from './coefficient-levels.ts';
import { eachClip } from './each-clip.ts';
import { openProjection } from './projection.ts';

/**
 * Tokens of clips of 17 frames: three grids each. Grid 0 depends on the first frame only, grid 1 on frames 1 to 8,
 * grid 2 on frames 9 to 16. The backend must have been started (`startBackend`).
 *
 * @param frames `[17·n h w c]` RGB bytes, h and w multiples of 8
 * @returns grids `[3·n h/8 w/8]`
 * @throws VideoTokenizerError `frames`
 */
export async function encode(weights: BlockFsqWeights, frames: Frames): Promise<TokenGrids> {
  const grid = gridSizeOf(frames);
  const count = (frames.count / CLIP_FRAMES) * GRID_KINDS.length;
  const data = new Int32Array(count * grid.height * grid.width);
  const projection = openProjection(weights);
  try {
    let to = 0;
    for (const { bytes } of eachClip(frames)) {
      const coefficients = await projection.coefficients(averageBlocks(bytes, grid));
      const codes = codesOfLevels(levelsOfCoefficients(coefficients, weights), weights.config.levels);
      data.set(codes, to);
      to += codes.length;
    }
  } finally {
    projection.dispose();
  }
  return { data, count, ...grid };
}
