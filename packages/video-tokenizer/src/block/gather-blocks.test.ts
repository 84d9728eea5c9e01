import { expect, it } from 'vitest';
import { movingPicture } from '../moving-picture.test.fixture.ts';
import { averageBlocks } from './average-blocks.ts';
import { BLOCK_NUMBERS, GRID_KINDS } from './block-geometry.ts';
import { gatherBlocks, scatterBlocks } from './gather-blocks.ts';

const { data, height, width } = movingPicture(3);
const grid = { height: height / 8, width: width / 8 };
const frameBytes = height * width * 3;

it('puts a pixel where [(gh gw) (t y x c)] says', () => {
  const rows = gatherBlocks(data, 17, grid);
  const [t, y, x, c] = [11, 13, 42, 2];
  const place = Math.floor(y / 8) * grid.width + Math.floor(x / 8);
  const inBlock = ((t * 8 + (y % 8)) * 8 + (x % 8)) * 3 + c;
  expect((rows[place * 17 * BLOCK_NUMBERS + inBlock] ?? NaN) * 255).toBeCloseTo(
    data[(t * height + y) * width * 3 + x * 3 + c] ?? NaN,
    3,
  );
});

it('gives frames back byte by byte', () => {
  const bytes = new Uint8Array(data.length);
  scatterBlocks(gatherBlocks(data, 17, grid), { bytes, frames: 17, grid });
  expect(bytes).toEqual(data);
});

it('clamps and rounds', () => {
  const bytes = new Uint8Array(192);
  const rows = new Float32Array(192).fill(0.5);
  rows.set([-3, 1.2, 100.4 / 255, 100.6 / 255]);
  scatterBlocks(rows, { bytes, frames: 1, grid: { height: 1, width: 1 } });
  expect([...bytes.subarray(0, 5)]).toEqual([0, 255, 100, 101, 128]);
});

it.each(GRID_KINDS)('averages the frames of grid $kind and no others', ({ kind, first, frames }) => {
  const places = grid.height * grid.width;
  const found = averageBlocks(data, grid).subarray(
    kind * places * BLOCK_NUMBERS,
    (kind + 1) * places * BLOCK_NUMBERS,
  );
  const blocks = gatherBlocks(data.subarray(first * frameBytes, (first + frames) * frameBytes), frames, grid);
  for (let i = 0; i < found.length; i++) {
    const [place, number] = [Math.floor(i / BLOCK_NUMBERS), i % BLOCK_NUMBERS];
    let sum = 0;
    for (let t = 0; t < frames; t++) sum += blocks[(place * frames + t) * BLOCK_NUMBERS + number] ?? NaN;
    if (Math.abs((found[i] ?? NaN) - sum / frames) > 1e-6) expect.fail(`number ${i} is wrong`);
  }
});
