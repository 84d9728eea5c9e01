import { InvalidArgumentError } from 'commander';

const MOST = 10_000;

/** "0-7,10,12": numbers and ranges, as an option gives them. @throws InvalidArgumentError */
export function wholeNumbers(text: string): ReadonlySet<number> {
  const numbers = text.split(',').flatMap((part) => {
    const [, low, high = low] = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part) ?? [];
    const [first, last] = [Number(low), Number(high)];
    if (low === undefined || last < first || last - first >= MOST)
      throw new InvalidArgumentError('Whole numbers and ranges, e.g. 0-7,10.');
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return new Set(numbers);
}
