import { VideoTokenizerError } from '../video-tokenizer-error.ts';
import { BLOCK, BLOCK_NUMBERS, CHANNELS, CLIP_FRAMES, GRID_KINDS } from './block-geometry.ts';
import type { GridSize } from './block-geometry.ts';

const ROW = BLOCK * CHANNELS;

/**
 * What the encoder looks at: each block averaged over its frames.
 *
 * @param clip `[17 h w c]` bytes
 * @param grid size in blocks
 * @returns `[(grid gh gw) (y x c)]` = `[3·places, 192]`, in [0, 1]
 */
export function averageBlocks(clip: Uint8Array, grid: GridSize): Float32Array {
  const places = grid.height * grid.width;
  const frameBytes = places * BLOCK_NUMBERS;
  if (clip.length !== CLIP_FRAMES * frameBytes) {
    throw new VideoTokenizerError(
      'frames',
      `A clip of 17 frames takes ${CLIP_FRAMES * frameBytes} bytes, not ${clip.length}.`,
    );
  }
  const rows = new Float32Array(GRID_KINDS.length * frameBytes);
  for (const { kind, first, frames } of GRID_KINDS) {
    const own = rows.subarray(kind * frameBytes, (kind + 1) * frameBytes);
    for (let frame = first; frame < first + frames; frame++) {
      let from = frame * frameBytes;
      for (let y = 0; y < grid.height * BLOCK; y++) {
        let to = (y >> 3) * grid.width * BLOCK_NUMBERS + (y & 7) * ROW;
        for (let x = 0; x < grid.width; x++, to += BLOCK_NUMBERS - ROW) {
          for (let i = 0; i < ROW; i++, to++, from++) own[to] = (own[to] ?? 0) + (clip[from] ?? 0);
        }
      }
    }
    const scale = 1 / (255 * frames);
    for (let i = 0; i < own.length; i++) own[i] = (own[i] ?? 0) * scale;
  }
  return rows;
}
