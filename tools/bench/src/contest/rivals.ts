import type { Way } from './contestant.ts';
import type { Entrant } from './entrant.ts';
import { runHeats } from './heats.ts';
import type { LeftOut } from './left-out.ts';
import { leftOut } from './left-out.ts';
import type { WayResult } from './row-result.ts';

export interface EnterRivalsOptions {
  readonly ways: readonly Way[];
  /** Opens a way's process and compares its outputs with ours. */
  readonly enterCompared: (way: Way) => Promise<Entrant>;
  /** Opens it, and runs it once. */
  readonly enterOnce: (way: Way) => Promise<Entrant>;
  readonly onStage: (stage: string) => void;
}

/** The peer's side of a row. */
export interface Rivals {
  /** Those that are timed in turns with ours. */
  readonly entrants: readonly Entrant[];
  /** Those that were timed by themselves. */
  readonly timedAlone: readonly WayResult[];
  readonly unavailable: readonly LeftOut[];
}

/** All ways, beside each other. */
export async function enterAll({ ways, enterCompared }: EnterRivalsOptions): Promise<Rivals> {
  const entrants: Entrant[] = [];
  const unavailable: LeftOut[] = [];
  for (const way of ways) {
    try {
      entrants.push(await enterCompared(way));
    } catch (error) {
      unavailable.push(leftOut(way, error));
    }
  }
  return { entrants, timedAlone: [], unavailable };
}

/** Of ways that don't fit in memory together the fastest whose outputs are ours. */
export async function enterFastest(options: EnterRivalsOptions): Promise<Rivals> {
  const { ways, enterCompared, enterOnce, onStage } = options;
  const { ranked, unavailable } = await runHeats({ ways, enter: enterOnce, onStage });
  const others = new Map(ranked.map(({ way, result }) => [way, result]));
  for (const { way, result } of ranked) {
    const entrant = await enterCompared(way);
    const { differences, disagreement } = entrant;
    if (disagreement === undefined) {
      others.delete(way);
      return { entrants: [entrant], timedAlone: [...others.values()], unavailable };
    }
    await entrant.contestant.close();
    others.set(way, { ...result, differences, disagreement });
  }
  return { entrants: [], timedAlone: [...others.values()], unavailable };
}
