import { tf } from '@borealis/tensor';
import { VideoVaeError } from './errors.ts';

/** Pictures are cut into squares that overlap; sizes in latent pixels (16 pixels each). */
export interface Tiling {
  readonly size: number;
  readonly overlap: number;
}

/** `[start, start + length)` on one side of a picture. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

export interface Tile {
  readonly rows: Span;
  readonly columns: Span;
}

/**
 * Tiles that cover a picture, all of one size: the last of a row or column is moved inside.
 *
 * @throws VideoVaeError `TILES` where tiles don't go on
 */
export function tilesOf(height: number, width: number, { size, overlap }: Tiling): Tile[] {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(overlap) || overlap < 0 || overlap >= size) {
    throw new VideoVaeError(
      'TILES',
      `tiles of ${size} that overlap by ${overlap}: whole numbers are needed, 0 ≤ overlap < size`,
    );
  }
  const columns = spansOf(width, { size, overlap });
  return spansOf(height, { size, overlap }).flatMap((rows) =>
    columns.map((span) => ({ rows, columns: span })),
  );
}

function spansOf(total: number, { size, overlap }: Tiling): Span[] {
  const length = Math.min(size, total);
  const count = Math.ceil((total - length) / (size - overlap)) + 1;
  const start = (i: number) => Math.min(i * (size - overlap), total - length);
  return Array.from({ length: count }, (_, i) => ({ start: start(i), length }));
}

/** A tile of `[b t h w c]`, whose pixels are `scale` times as fine as the spans. */
export function cutTile(x: tf.Tensor, { rows, columns }: Tile, scale: number): tf.Tensor {
  return tf.slice(
    x,
    [0, 0, rows.start * scale, columns.start * scale, 0],
    [-1, -1, rows.length * scale, columns.length * scale, -1],
  );
}

/**
 * Tiles as one picture: where they overlap the share of each falls linearly towards its edge. Beside the parts no more than
 * three pictures are held, however many tiles there are.
 *
 * @param parts `[b t h w c]`, one for each tile, pixels `scale` times as fine as the spans; they stay the caller's
 */
export function joinTiles(parts: readonly tf.Tensor[], tiles: readonly Tile[], scale: number): tf.Tensor {
  const height = Math.max(...tiles.map(({ rows }) => rows.start + rows.length)) * scale;
  const width = Math.max(...tiles.map(({ columns }) => columns.start + columns.length)) * scale;
  const canvas = { height, width, scale };
  const total = tf.tidy(() =>
    tiles.map((tile) => share(tile, canvas)).reduce((sum, each) => tf.add(sum, each)),
  ); // [h w 1]
  let picture: tf.Tensor | undefined;
  for (const [i, tile] of tiles.entries()) {
    const sum = tf.tidy(() => {
      const weights = cutPicture(tf.div(share(tile, canvas), total), tile, scale);
      const placed = place(tf.mul(parts[i] as tf.Tensor, weights), tile, canvas);
      return picture === undefined ? placed : tf.add(picture, placed);
    });
    picture?.dispose();
    picture = sum;
  }
  total.dispose();
  return picture as tf.Tensor;
}

/** A tile of `[h w c]`. */
function cutPicture(x: tf.Tensor, { rows, columns }: Tile, scale: number): tf.Tensor {
  return tf.slice(
    x,
    [rows.start * scale, columns.start * scale, 0],
    [rows.length * scale, columns.length * scale, -1],
  );
}

interface Canvas {
  readonly height: number;
  readonly width: number;
  readonly scale: number;
}

/** What a tile weighs at each pixel of the picture, `[h w 1]`: 0 outside, growing from its edges inwards. */
function share({ rows, columns }: Tile, { height, width, scale }: Canvas): tf.Tensor {
  const profile = ({ start, length }: Span, total: number) =>
    tf.tensor1d(
      Array.from({ length: total }, (_, i) => {
        const fromStart = i + 1 - start * scale;
        const fromEnd = (start + length) * scale - i;
        // The picture's own edge is no seam.
        const left = start === 0 ? Infinity : fromStart;
        const right = (start + length) * scale === total ? Infinity : fromEnd;
        const inside = fromStart > 0 && fromEnd > 0;
        return inside ? Math.min(left, right, length * scale) : 0;
      }),
    );
  return tf.reshape(tf.outerProduct(profile(rows, height), profile(columns, width)), [height, width, 1]);
}

function place(part: tf.Tensor, { rows, columns }: Tile, { height, width, scale }: Canvas): tf.Tensor {
  const around = ({ start, length }: Span, total: number): [number, number] => [
    start * scale,
    total - (start + length) * scale,
  ];
  return tf.pad(part, [[0, 0], [0, 0], around(rows, height), around(columns, width), [0, 0]]);
}
