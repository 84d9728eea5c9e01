import type { Precision } from '../suites/suite.ts';
import type { OutputDifference } from './compare-outputs.ts';
import type { LeftOut } from './left-out.ts';
import type { Ratio, Spread } from './statistics.ts';

/** What one way of running a row came to. */
export interface WayResult {
  readonly side: string;
  readonly way: string;
  readonly library: string;
  readonly device: 'cpu' | 'gpu';
  /** The first run, with recording and compilation. */
  readonly firstCallMs: number;
  /** Iterations that were timed together at each repetition. */
  readonly iterations: number;
  /** Milliseconds of one iteration, one number for each repetition. */
  readonly milliseconds: readonly number[];
  readonly spread: Spread;
  /** Most that was resident while timed, less what was with the library loaded and no inputs; null where not known. */
  readonly memoryBytes: number | null;
  /** Against our outputs; empty for ours. */
  readonly differences: readonly OutputDifference[];
  /** Why its outputs are not ours: its times don't count then. Undefined where they are. */
  readonly disagreement: string | undefined;
}

export interface RowResult {
  readonly row: string;
  readonly what: string;
  readonly precision: Precision;
  /** Undefined where the row was refused. */
  readonly ours: WayResult | undefined;
  readonly theirs: readonly WayResult[];
  /** Index in `theirs` of the fastest that agrees, which the ratio is against. */
  readonly best: number | undefined;
  readonly ratio: Ratio | undefined;
  /** Share of all cores, 0 to 1, that other programs used: with more than a little, times are not to be quoted. */
  readonly busyByOthers: number;
  readonly unavailable: readonly LeftOut[];
  /** Why there are no times: no way of the peer computed the same. */
  readonly refusal: string | undefined;
}
