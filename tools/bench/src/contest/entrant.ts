import type { OutputDifference } from './compare-outputs.ts';
import type { Contestant, Way } from './contestant.ts';
import type { Opened } from './protocol.ts';

/** A contestant that has opened its row and written its outputs. */
export interface Entrant {
  readonly way: Way;
  readonly contestant: Contestant;
  readonly opened: Opened;
  readonly differences: readonly OutputDifference[];
  /** Why its outputs are not ours; undefined where they are. */
  readonly disagreement: string | undefined;
}
