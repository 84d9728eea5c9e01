import type { Window } from '@borealis/dataset';
import type { StTransformerConfig } from '../config.ts';

/** Windows with so many places in a grid, together, are predicted at a time. */
const PLACES_AT_A_TIME = 2048;

export interface WindowGroup {
  readonly group: readonly Window[];
  /** Index of its first window. */
  readonly start: number;
}

/** Windows in groups that are computed together. */
export function windowGroups(
  { gridHeight, gridWidth }: Pick<StTransformerConfig, 'gridHeight' | 'gridWidth'>,
  windows: readonly Window[],
): WindowGroup[] {
  const together = Math.max(1, Math.floor(PLACES_AT_A_TIME / (gridHeight * gridWidth)));
  const groups: WindowGroup[] = [];
  for (let start = 0; start < windows.length; start += together) {
    groups.push({ group: windows.slice(start, start + together), start });
  }
  return groups;
}
