import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { cutTile, joinTiles, tilesOf } from './tiles.ts';

beforeAll(async () => {
  await startBackend();
});

describe('tiles', () => {
  test.each([
    [5, 7, { size: 3, overlap: 1 }],
    [4, 4, { size: 2, overlap: 0 }],
    [9, 2, { size: 4, overlap: 3 }],
    [3, 3, { size: 8, overlap: 2 }],
  ])(
    'of %i × %i, %j: all of one size, every pixel covered; cut and joined they are the picture',
    (h, w, tiling) => {
      const tiles = tilesOf(h, w, tiling);
      for (const { rows, columns } of tiles) {
        expect([rows.length, columns.length]).toEqual([Math.min(h, tiling.size), Math.min(w, tiling.size)]);
        expect(rows.start + rows.length).toBeLessThanOrEqual(h);
        expect(columns.start + columns.length).toBeLessThanOrEqual(w);
      }
      const scale = 2;
      const x = createRandom(1).normalTensor([1, 2, h * scale, w * scale, 3]);
      const joined = joinTiles(
        tiles.map((tile) => cutTile(x, tile, scale)),
        tiles,
        scale,
      );
      expect(joined.shape).toEqual(x.shape);
      expect(tf.max(tf.abs(tf.sub(joined, x))).dataSync()[0]).toBeLessThan(1e-6);
    },
  );

  test('from one to the next the share changes evenly, and a tile’s own edge has least', () => {
    const tiles = tilesOf(1, 5, { size: 3, overlap: 1 });
    expect(tiles.map(({ columns }) => columns.start)).toEqual([0, 2]);
    const scale = 4;
    const parts = [0, 1].map((value) => tf.fill([1, 1, scale, 3 * scale, 1], value));
    const row = [...joinTiles(parts, tiles, scale).dataSync()].slice(0, 5 * scale);
    expect(row.slice(0, 8)).toEqual(Array(8).fill(0));
    expect(row.slice(12)).toEqual(Array(8).fill(1));
    const between = row.slice(7, 13);
    for (let i = 1; i < between.length; i++) expect(between[i]).toBeGreaterThan(between[i - 1] ?? NaN);
    expect((between[2] ?? NaN) + (between[3] ?? NaN)).toBeCloseTo(1, 5);
  });

  test.each([
    { size: 2, overlap: 2 },
    { size: 0, overlap: 0 },
    { size: 2.5, overlap: 1 },
    { size: 2, overlap: -1 },
  ])('%j is refused', (tiling) => {
    expect(() => tilesOf(4, 4, tiling)).toThrow(/0 ≤ overlap < size/);
  });
});
