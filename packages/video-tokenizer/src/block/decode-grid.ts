import type { Frames, TokenGrids } from '@borealis/dataset';
import { levelsOfCodes } from '../fsq/code-levels.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { BLOCK, BLOCK_NUMBERS, checkGrids, GRID_KINDS } from './block-geometry.ts';
import type { GridKind } from './block-geometry.ts';
import type { BlockFsqWeights } from './block-fsq-weights.ts';
import { coefficientsOfLevels } from './coefficient-levels.ts';
import { openRendering } from './rendering.ts';

/** Grids of one kind, to be decoded without the rest of their triples. */
export interface GridsOfKind {
  readonly kind: GridKind;
  /** `[n gh gw]` */
  readonly grids: TokenGrids;
  /** The grid before each of `grids`, `[n gh gw]`: needed for kinds 1 and 2. */
  readonly previous?: TokenGrids;
}

/**
 * Decodes single grids: what `decode` gives for their part of the triple. Frame 77, for one, is the last frame of
 * kind 2 of the fifth triple, and needs grids 1 and 2 of it only.
 *
 * @returns frames `[n·t h w c]`, t = 1 for kind 0, else 8
 * @throws VideoTokenizerError `tokens`
 */
export async function decodeGrid(
  weights: BlockFsqWeights,
  { kind, grids, previous }: GridsOfKind,
): Promise<Frames> {
  checkGrids(grids);
  const { count, height, width } = grids;
  if (kind !== 0) checkPrevious(kind, grids, previous);
  const { levels } = weights.config;
  const length = height * width * levels.length;
  const coefficients = coefficientsOfLevels(levelsOfCodes(grids.data, levels), weights);
  const before =
    kind === 0 ? undefined : coefficientsOfLevels(levelsOfCodes(previous?.data ?? [], levels), weights);
  const { frames } = GRID_KINDS[kind];
  const data = new Uint8Array(count * frames * height * width * BLOCK_NUMBERS);
  const rendering = openRendering(weights);
  try {
    for (let i = 0; i < count; i++) {
      const own = coefficients.subarray(i * length, (i + 1) * length);
      const bytes = data.subarray((i * data.length) / count, ((i + 1) * data.length) / count);
      await rendering.draw(
        { kind, grid: { height, width }, own, previous: before?.subarray(i * length, (i + 1) * length) },
        bytes,
      );
    }
  } finally {
    rendering.dispose();
  }
  return { data, count: count * frames, height: height * BLOCK, width: width * BLOCK };
}

function checkPrevious(kind: GridKind, grids: TokenGrids, previous: TokenGrids | undefined): void {
  if (previous === undefined) {
    throw new VideoTokenizerError('tokens', `Grids of kind ${kind} are decoded with the ones before them.`);
  }
  checkGrids(previous);
  const shape = (of: TokenGrids): string => `${of.count}x${of.height}x${of.width}`;
  if (shape(previous) !== shape(grids)) {
    throw new VideoTokenizerError('tokens', `Grids of ${shape(grids)} after grids of ${shape(previous)}.`);
  }
}
