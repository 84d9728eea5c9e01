import type { BlockFsqWeights } from '../block/block-fsq-weights.ts';
import { BLOCK_NUMBERS } from '../block/block-geometry.ts';
import type { GridSize } from '../block/block-geometry.ts';
import { scatterBlocks } from '../block/gather-blocks.ts';

/** Frames of blocks that are mean + basis · coefficients, the same in all frames. */
export function drawStill(
  { mean, basis }: BlockFsqWeights,
  { own, frames, grid }: { readonly own: Float32Array; readonly frames: number; readonly grid: GridSize },
): Uint8Array {
  const places = grid.height * grid.width;
  const k = own.length / places;
  const rows = new Float32Array(places * BLOCK_NUMBERS);
  for (let i = 0; i < rows.length; i++) {
    const [place, number] = [Math.floor(i / BLOCK_NUMBERS), i % BLOCK_NUMBERS];
    let value = mean[number] ?? 0;
    for (let j = 0; j < k; j++) value += (basis[number * k + j] ?? 0) * (own[place * k + j] ?? 0);
    rows[i] = value;
  }
  const still = new Uint8Array(rows.length);
  scatterBlocks(rows, { bytes: still, frames: 1, grid });
  const bytes = new Uint8Array(frames * still.length);
  for (let frame = 0; frame < frames; frame++) bytes.set(still, frame * still.length);
  return bytes;
}
