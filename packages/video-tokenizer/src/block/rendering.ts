import { tf } from '@borealis/tensor';
import { BLOCK_NUMBERS, GRID_KINDS } from './block-geometry.ts';
import type { BlockFsqWeights } from './block-fsq-weights.ts';
import { scatterBlocks } from './gather-blocks.ts';
import { matrix, render, take } from './linear-maps.ts';
import { neighbourhoods } from './neighbourhood.ts';
import type { CoefficientGrids } from './neighbourhood.ts';

/** The linear decoders held by the backend. */
export interface Rendering {
  /** Draws the frames of one grid into `bytes`, `[t h w c]`, t = 1 for kind 0, else 8. */
  draw(grids: CoefficientGrids, bytes: Uint8Array): Promise<void>;
  dispose(): void;
}

/** Uploads the decoders; dispose what is returned. */
export function openRendering({ decoders }: Pick<BlockFsqWeights, 'decoders'>): Rendering {
  const tensors = GRID_KINDS.map(({ kind, frames }) => matrix(decoders[kind], frames * BLOCK_NUMBERS));
  return {
    async draw(grids, bytes) {
      const decoder = tensors[grids.kind];
      if (decoder === undefined) throw new RangeError(`no grid kind ${grids.kind}`);
      const features = neighbourhoods(grids);
      const input = matrix(features, decoder.shape[0]);
      try {
        const rows = await take(render(input, decoder));
        scatterBlocks(rows, { bytes, frames: GRID_KINDS[grids.kind].frames, grid: grids.grid });
      } finally {
        tf.dispose(input);
      }
    },
    dispose: () => tf.dispose(tensors),
  };
}
