import type { Frames } from '@borealis/dataset';
import { averageBlocks } from '../block/average-blocks.ts';
import type { BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { CLIP_FRAMES, GRID_KINDS } from '../block/block-geometry.ts';
import { coefficientsOfLevels, levelsOfCoefficients } from '../block/coefficient-levels.ts';
import { eachClip } from '../block/each-clip.ts';
import { openProjection } from '../block/projection.ts';
import { openRendering } from '../block/rendering.ts';
import { codesOfLevels } from '../fsq/code-levels.ts';
import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { createCodeUsage } from './code-usage.ts';
import type { CodeUsage } from './code-usage.ts';
import { drawStill } from './draw-still.ts';
import { createFrameErrors } from './frame-errors.ts';
import type { Decibels, FrameErrors } from './frame-errors.ts';

/** How well frames come back, in three steps. */
export interface Reconstruction {
  /** The coefficients as they are, each block by itself and held still over its frames. */
  readonly unquantized: Decibels;
  /** The same of quantised coefficients. */
  readonly quantized: Decibels;
  /** What `decode` gives: quantised coefficients, seen together with the blocks around and before. */
  readonly decoded: Decibels;
}

/** Reconstruction and use of codes, of each grid kind and of all. */
export interface ReconstructionReport {
  readonly clips: number;
  readonly kinds: readonly (Reconstruction & {
    readonly usage: CodeUsage;
    /** Share of codes that are those of the grid before, in the same clip; undefined for kind 0. */
    readonly sameAsBefore: number | undefined;
  })[];
  readonly total: Reconstruction & { readonly usage: CodeUsage };
}

/**
 * Encodes and decodes clips and compares. The backend must have been started (`startBackend`).
 *
 * @param clips frames `[17·n h w c]` RGB bytes
 * @throws VideoTokenizerError `frames`, `fit` where there are no clips
 */
export async function measureReconstruction(
  weights: BlockFsqWeights,
  clips: AsyncIterable<Frames> | Iterable<Frames>,
): Promise<ReconstructionReport> {
  const { levels } = weights.config;
  const k = levels.length;
  const total = createTally(levels);
  const kinds = GRID_KINDS.map((geometry) => ({ ...geometry, ...createTally(levels), same: 0 }));
  const projection = openProjection(weights);
  const rendering = openRendering(weights);
  let count = 0;
  try {
    for await (const frames of clips) {
      for (const { bytes, grid } of eachClip(frames)) {
        count++;
        const places = grid.height * grid.width;
        const measured = await projection.coefficients(averageBlocks(bytes, grid));
        const levelIndices = levelsOfCoefficients(measured, weights);
        const codes = codesOfLevels(levelIndices, levels);
        const quantized = coefficientsOfLevels(levelIndices, weights);
        const part = (values: Float32Array, kind: number): Float32Array =>
          values.subarray(kind * places * k, (kind + 1) * places * k);
        for (const tally of kinds) {
          const { kind, first, frames: length } = tally;
          const frameBytes = bytes.length / CLIP_FRAMES;
          const expected = bytes.subarray(first * frameBytes, (first + length) * frameBytes);
          const still = (own: Float32Array): Uint8Array => drawStill(weights, { own, frames: length, grid });
          const decoded = new Uint8Array(expected.length);
          const previous = kind === 0 ? undefined : part(quantized, kind - 1);
          await rendering.draw({ kind, grid, own: part(quantized, kind), previous }, decoded);
          const found = [still(part(measured, kind)), still(part(quantized, kind)), decoded];
          const own = codes.subarray(kind * places, (kind + 1) * places);
          for (const { errors, usage } of [tally, total]) {
            for (const [i, error] of errors.entries()) error.add(found[i] ?? decoded, expected, length);
            usage.add(own);
          }
          if (kind !== 0) {
            for (const [i, code] of own.entries()) {
              if (code === codes[(kind - 1) * places + i]) tally.same++;
            }
          }
        }
      }
    }
  } finally {
    projection.dispose();
    rendering.dispose();
  }
  if (count === 0) throw new VideoTokenizerError('fit', 'There are no clips of 17 frames to measure on.');
  return {
    clips: count,
    kinds: kinds.map((tally) => {
      const result = resultOf(tally);
      return { ...result, sameAsBefore: tally.kind === 0 ? undefined : tally.same / result.usage.codes };
    }),
    total: resultOf(total),
  };
}

interface Tally {
  /** Unquantised, quantised, decoded. */
  readonly errors: readonly [FrameErrors, FrameErrors, FrameErrors];
  readonly usage: ReturnType<typeof createCodeUsage>;
}

function createTally(levels: readonly number[]): Tally {
  return {
    errors: [createFrameErrors(), createFrameErrors(), createFrameErrors()],
    usage: createCodeUsage(levels),
  };
}

function resultOf({ errors, usage }: Tally): Reconstruction & { usage: CodeUsage } {
  const [unquantized, quantized, decoded] = errors;
  return {
    unquantized: unquantized.result(),
    quantized: quantized.result(),
    decoded: decoded.result(),
    usage: usage.result(),
  };
}
