import type { Frames, TokenGrids, Window } from '@borealis/dataset';
import { expect, it } from 'vitest';
import { copiesOfLast, gridOfFrame } from './grid-frames.ts';
import { scoreDecodedFrames } from './score-decoded-frames.ts';
import { averageDecoded, decodedDifference, summariseDecodedFrames } from './summarise-decoded-frames.ts';

/** A frame of one pixel block whose brightness is its grid's code. */
function decode({ data, count }: TokenGrids): Promise<Frames> {
  const frames = (count / 3) * 17;
  const pixels = Array.from({ length: frames }, (_, frame) =>
    Array<number>(3).fill(data[gridOfFrame(frame)] ?? 0),
  );
  return Promise.resolve({ data: Uint8Array.from(pixels.flat()), count: frames, height: 1, width: 1 });
}

/** Two segments; grids of codes 10, 20, … 60. */
const windows = {
  count: 2,
  at: (i: number): Promise<Window> => {
    const tokens = { data: Int32Array.of(10, 20, 30, 40, 50, 60), count: 6, height: 1, width: 1 };
    const states = new Float32Array();
    return Promise.resolve({ shard: 0, segment: i, start: 0, frameCount: 34, states, tokens });
  },
};

const off = (name: string, by: number) => ({
  name,
  mode: 'autoregressive' as const,
  codes: () => Int32Array.of(40 + by, 50 + by, 60 + by),
});

const score = () =>
  scoreDecodedFrames({
    windows,
    contextGrids: 3,
    grids: 6,
    decoder: { decode },
    framesOf: async ({ tokens }) =>
      decode(tokens ?? { data: new Int32Array(), count: 0, height: 0, width: 0 }),
    candidates: [
      { name: 'truth', ceiling: true, codes: (tokens) => tokens.data.slice(3) },
      { name: 'copy', codes: (tokens) => copiesOfLast(tokens, 3) },
      off('near', 1),
      off('far', 3),
    ],
  });

const decibels = (error: number) => 20 * Math.log10(255 / error);

it('a frame belongs to the grid that stands for it', () => {
  expect([0, 1, 8, 9, 16, 17, 18, 33].map(gridOfFrame)).toEqual([0, 1, 1, 2, 2, 3, 4, 5]);
});

it('compares the frames of future grids, and no others', async () => {
  const [truth, copy, near] = (await score()).map(summariseDecodedFrames);
  expect(truth).toMatchObject({ ceiling: true, psnr: { mean: 100, count: 34, segments: 2 } });
  expect(near?.mode).toBe('autoregressive');
  expect(near?.psnr.mean).toBeCloseTo(decibels(1), 10);
  expect(copy?.perGrid.map(({ grid }) => grid)).toEqual([3, 4, 5]);
  const [first, second, third] = copy?.perGrid.map(({ psnr }) => psnr.mean) ?? [];
  expect(first).toBeCloseTo(decibels(10), 10);
  expect(second).toBeCloseTo(decibels(20), 10);
  expect(third).toBeCloseTo(decibels(30), 10);
  expect(copy?.psnr.mean).toBeCloseTo((decibels(10) + 8 * decibels(20) + 8 * decibels(30)) / 17, 10);
  expect(copy?.pooledPsnr.mean).toBeCloseTo(decibels(Math.sqrt((100 + 8 * 400 + 8 * 900) / 17)), 10);
});

it('averages runs and pairs differences', async () => {
  const [, copy, near, far] = await score();
  if (copy === undefined || near === undefined || far === undefined) throw new Error('scores are missing');
  const both = averageDecoded('both', [near, far]);
  const { psnr } = summariseDecodedFrames(both);
  expect(psnr.mean).toBeCloseTo((decibels(1) + decibels(3)) / 2, 10);
  expect(decodedDifference(both, copy).excludesZero).toBe(true);
  const fewer = { ...far, frames: far.frames.slice(1) };
  expect(() => averageDecoded('both', [near, fewer])).toThrow(/different windows/);
});
