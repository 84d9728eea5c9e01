import type { WindowIndex } from '@borealis/dataset';
import type { Windows } from '@borealis/evaluator';

/** At most so many of the windows, evenly spread. */
export function someWindows(all: WindowIndex, most: number): Windows {
  const count = Math.min(all.count, most);
  return { count, at: (i) => all.at(Math.floor((i * all.count) / count)) };
}
