import { expect, it } from 'vitest';
import { COMBINATIONS, createCombination } from './combination.ts';
import { row } from './pixels.test.fixture.ts';

it('makes one of five samples: their mean, their median, the mean of the three in the middle', () => {
  const asOne = COMBINATIONS.map((combination) => {
    const ensemble = createCombination(combination);
    for (const value of [10, 100, 20, 30, 60]) ensemble.add(row(value, value, value));
    return [combination, ensemble.result().data[0]];
  });
  expect(asOne).toEqual([
    ['mean', 44],
    ['median', 30],
    ['trimmed-mean', expect.closeTo(110 / 3, 4)],
  ]);
});
