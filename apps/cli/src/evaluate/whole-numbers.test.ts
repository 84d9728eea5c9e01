import { expect, test } from 'vitest';
import { wholeNumbers } from './whole-numbers.ts';

test('numbers and ranges', () => {
  expect([...wholeNumbers('0-3,7, 9')]).toEqual([0, 1, 2, 3, 7, 9]);
  for (const text of ['', 'a', '3-1', '1-', '-1', '1.5', '0-99999'])
    expect(() => wholeNumbers(text)).toThrow(/Whole numbers/);
});
