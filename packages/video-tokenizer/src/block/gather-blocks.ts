import { BLOCK, BLOCK_NUMBERS, CHANNELS } from './block-geometry.ts';
import type { GridSize } from './block-geometry.ts';

const ROW = BLOCK * CHANNELS;

/** Calls `visit` for each run of 8 pixels: where it lies in frames `[t h w c]` and in blocks `[(gh gw) (t y x c)]`. */
function eachRun(frames: number, grid: GridSize, visit: (inFrames: number, inBlocks: number) => void): void {
  let inFrames = 0;
  for (let t = 0; t < frames; t++) {
    for (let y = 0; y < grid.height * BLOCK; y++) {
      for (let x = 0; x < grid.width; x++, inFrames += ROW) {
        const place = (y >> 3) * grid.width + x;
        visit(inFrames, (place * frames + t) * BLOCK_NUMBERS + (y & 7) * ROW);
      }
    }
  }
}

/**
 * Frames cut into blocks.
 *
 * @param bytes `[t h w c]`
 * @returns `[(gh gw) (t y x c)]`, in [0, 1]
 */
export function gatherBlocks(bytes: Uint8Array, frames: number, grid: GridSize): Float32Array {
  const rows = new Float32Array(bytes.length);
  eachRun(frames, grid, (inFrames, inBlocks) => {
    for (let i = 0; i < ROW; i++) rows[inBlocks + i] = (bytes[inFrames + i] ?? 0) / 255;
  });
  return rows;
}

/** What blocks are put back into. */
export interface FrameTarget {
  /** `[t h w c]`: where the bytes go. */
  readonly bytes: Uint8Array;
  readonly frames: number;
  readonly grid: GridSize;
}

/**
 * Blocks put back into frames, rounded to 8 bits.
 *
 * @param rows `[(gh gw) (t y x c)]`; what lies outside [0, 1] is clamped
 */
export function scatterBlocks(rows: Float32Array, { bytes, frames, grid }: FrameTarget): void {
  const clamped = new Uint8ClampedArray(bytes.buffer, bytes.byteOffset, bytes.length);
  eachRun(frames, grid, (inFrames, inBlocks) => {
    for (let i = 0; i < ROW; i++) clamped[inFrames + i] = (rows[inBlocks + i] ?? 0) * 255;
  });
}
