import { InvalidArgumentError } from 'commander';

/** A whole number, as an option gives it. */
export function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least}.`);
  };
}

/** "1,2,5": at least one number, each once, in the order given. */
export function numberList(accept: (value: number) => boolean, what: string): (text: string) => number[] {
  return (text) => {
    const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (
      values.every((value) => Number.isFinite(value) && accept(value)) &&
      new Set(values).size === values.length
    )
      return values;
    throw new InvalidArgumentError(what);
  };
}

export const wholeNumberList = numberList(
  (value) => Number.isSafeInteger(value) && value >= 1,
  'Whole numbers from 1, e.g. 1,5,20.',
);
