import { expect, it } from 'vitest';
import { typicalWindows, windowScores, worstWindows } from './window-scores.ts';

const rest = {
  topKCrossEntropy: 0,
  renormalisedCrossEntropy: 0,
  hitRate: 0,
  accuracy: 0,
};
/** Windows 0 to 5 of segments 0, 0, 0, 1, 1, 2; two grids each. */
const grids = [1, 9, 8, 2, 3, 4].flatMap((value, window) =>
  [3, 4].map((grid) => ({
    ...rest,
    window,
    grid,
    segment: [0, 0, 0, 1, 1, 2][window] ?? 0,
    crossEntropy: value + grid,
  })),
);

it('gives each window the mean of its grids', () => {
  expect(windowScores({ grids }).map(({ value }) => value)).toEqual([4.5, 12.5, 11.5, 5.5, 6.5, 7.5]);
  expect(windowScores({ grids }, 'accuracy').map(({ value }) => value)).toEqual([0, 0, 0, 0, 0, 0]);
});

it('finds the worst windows of different segments', () => {
  const worst = worstWindows(windowScores({ grids }), 2);
  expect(worst.map(({ window }) => window)).toEqual([1, 5]);
  expect(worstWindows(windowScores({ grids }), 9).map(({ segment }) => segment)).toEqual([0, 2, 1]);
});

it('finds typical windows of different segments', () => {
  expect(typicalWindows(windowScores({ grids }), 9).map(({ window }) => window)).toEqual([1, 4, 5]);
  expect(typicalWindows(windowScores({ grids }), 1).map(({ segment }) => segment)).toEqual([1]);
});
