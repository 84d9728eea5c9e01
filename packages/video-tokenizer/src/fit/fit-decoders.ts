import { averageBlocks } from '../block/average-blocks.ts';
import type { BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { BLOCK_NUMBERS, GRID_KINDS } from '../block/block-geometry.ts';
import { coefficientsOfLevels, levelsOfCoefficients } from '../block/coefficient-levels.ts';
import type { Clip } from '../block/each-clip.ts';
import { gatherBlocks } from '../block/gather-blocks.ts';
import { neighbourhoods } from '../block/neighbourhood.ts';
import { openProjection } from '../block/projection.ts';
import { createDecoderFit } from './decoder-fit.ts';
import type { QuantizedBasis } from './fit-basis.ts';

/** Fits the decoders of the three grid kinds to quantised coefficients, in one pass over the clips. */
export async function fitDecoders(
  quantized: QuantizedBasis,
  clips: AsyncIterable<Clip>,
): Promise<{ readonly decoders: BlockFsqWeights['decoders']; readonly clips: number }> {
  const k = quantized.config.levels.length;
  const fits = [createDecoderFit(0, k), createDecoderFit(1, k), createDecoderFit(2, k)] as const;
  const projection = openProjection(quantized);
  let count = 0;
  try {
    for await (const { bytes, grid } of clips) {
      const measured = await projection.coefficients(averageBlocks(bytes, grid));
      const coefficients = coefficientsOfLevels(levelsOfCoefficients(measured, quantized), quantized);
      const places = grid.height * grid.width;
      const gridOf = (kind: number): Float32Array =>
        coefficients.subarray(kind * places * k, (kind + 1) * places * k);
      for (const { kind, first, frames } of GRID_KINDS) {
        const previous = kind === 0 ? undefined : gridOf(kind - 1);
        const features = neighbourhoods({ kind, grid, own: gridOf(kind), previous });
        const frameBytes = places * BLOCK_NUMBERS;
        const target = bytes.subarray(first * frameBytes, (first + frames) * frameBytes);
        await fits[kind].add(features, gatherBlocks(target, frames, grid));
      }
      count++;
    }
  } finally {
    projection.dispose();
  }
  return { decoders: [fits[0].result(), fits[1].result(), fits[2].result()], clips: count };
}
