import { tf } from '@borealis/tensor';
import type { VaeCache } from './time/stream-time.ts';
import type { Tile } from './tiles.ts';
import { cutTile, joinTiles } from './tiles.ts';

export interface TileByTileOptions {
  readonly tiles: readonly Tile[];
  /** One for each tile; none before the first chunk. */
  readonly caches: readonly VaeCache[];
  /** Pixels of `x`, and of the output, on a side of a latent pixel. */
  readonly from: number;
  readonly to: number;
}

/** What `step` makes of each tile of `x`, as one picture; each tile has a past of its own. `x` and `caches` stay. */
export function tileByTile(
  x: tf.Tensor,
  { tiles, caches, from, to }: TileByTileOptions,
  step: (tile: tf.Tensor, cache: VaeCache) => { readonly output: tf.Tensor; readonly next: VaeCache },
): { readonly output: tf.Tensor; readonly caches: readonly VaeCache[] } {
  const [first] = tiles;
  if (first === undefined || tiles.length === 1) {
    const { output, next } = step(x, caches[0] ?? {});
    return { output, caches: [next] };
  }
  const results = tiles.map((tile, i) => {
    const piece = cutTile(x, tile, from);
    const result = step(piece, caches[i] ?? {});
    piece.dispose();
    return result;
  });
  const parts = results.map(({ output }) => output);
  const output = joinTiles(parts, tiles, to);
  tf.dispose(parts);
  return { output, caches: results.map(({ next }) => next) };
}
