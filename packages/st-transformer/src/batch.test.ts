import { startBackend, tf } from '@borealis/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { toBatch, windowFrames } from './batch.ts';
import { randomWindow, tiny, tinyCodes, tinyStatistics } from './tiny.test.fixture.ts';

beforeAll(async () => {
  await startBackend();
});

const window = randomWindow(tiny, 1);

test('a window spans whole triples', () => {
  expect(windowFrames(tiny)).toBe(34);
  expect(windowFrames({ ...tiny, timeSteps: 3 })).toBe(34);
  expect(windowFrames({ ...tiny, timeSteps: 6 })).toBe(51);
});

test('codes are those of the first grids', () => {
  const long = randomWindow(tinyCodes, 2, 3);
  const { codes } = toBatch(tinyCodes, tinyStatistics, [long, randomWindow(tinyCodes, 3)]);
  expect(codes.shape).toEqual([2, 6, 4]);
  expect(codes.dtype).toBe('int32');
  expect(tf.gather(codes, 0).dataSync()).toEqual(long.tokens?.data.slice(0, 24));
});

test('each grid carries the states of the frames it stands for, normalised', () => {
  // The state of frame f is (f, f, f): after normalisation (f − 0.5) / 0.5, (f + 1) / 2, (f − 2) / 4.
  const states = Float32Array.from({ length: 34 * 3 }, (_, i) => Math.floor(i / 3));
  const batch = toBatch(tiny, tinyStatistics, [window, { ...window, states }]);
  expect(batch.states.shape).toEqual([2, 6, 8, 3]);
  const grids = tf.gather(batch.states, 1).arraySync() as number[][][];
  const frames = [
    [0, 0, 0, 0, 0, 0, 0, 0], // one frame, eight times
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10, 11, 12, 13, 14, 15, 16],
    [17, 17, 17, 17, 17, 17, 17, 17],
    [18, 19, 20, 21, 22, 23, 24, 25],
    [26, 27, 28, 29, 30, 31, 32, 33],
  ];
  expect(grids).toEqual(frames.map((row) => row.map((f) => [(f - 0.5) / 0.5, (f + 1) / 2, (f - 2) / 4])));
});

describe('refuses', () => {
  const { tokens, ...rest } = window;
  const grids = tokens ?? { data: new Int32Array(24), count: 6, height: 2, width: 2 };

  test.each([
    ['no tokens', rest, /the window at frame 0 of shard 0 holds no tokens/],
    ['other sizes', { ...rest, tokens: { ...grids, width: 4, count: 3 } }, /3 grids of 2×4; .* 6 of 2×2/],
    ['too few grids', { ...rest, tokens: { ...grids, count: 5 } }, /holds 5 grids of 2×2/],
    ['short states', { ...window, states: window.states.subarray(3) }, /34 frames .* end at frame 33/],
  ])('%s', (_, refused, message) => {
    const before = tf.memory().numTensors;
    expect(() => toBatch(tiny, tinyStatistics, [window, refused])).toThrow(
      expect.objectContaining({ code: 'WINDOW', message: expect.stringMatching(message) }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([
    ['no statistics', {}, /state_mean is missing/],
    [
      'statistics of other data',
      { ...tinyStatistics, state_deviation: new Float32Array(25) },
      /state_deviation has 25 numbers, states have 3/,
    ],
  ])('%s', (_, statistics, message) => {
    expect(() => toBatch(tiny, statistics, [window])).toThrow(
      expect.objectContaining({ code: 'STATISTICS', message: expect.stringMatching(message) }),
    );
  });
});
