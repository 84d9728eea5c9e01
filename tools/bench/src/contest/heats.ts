import type { Way } from './contestant.ts';
import type { Entrant } from './entrant.ts';
import type { LeftOut } from './left-out.ts';
import { leftOut } from './left-out.ts';
import type { WayResult } from './row-result.ts';
import type { TurnOptions } from './time-in-turns.ts';
import { timeInTurns } from './time-in-turns.ts';

/** Enough to tell which way is fastest. */
const HEAT = { repetitions: 3, warmUps: 0 };

/** Enough to tell that a way can't be: it takes so many times as long as the fastest. */
const GLANCE = { repetitions: 1, warmUps: 1 };
const CLEARLY_SLOWER = 1.25;

export interface HeatOptions {
  readonly ways: readonly Way[];
  readonly enter: (way: Way) => Promise<Entrant>;
  readonly onStage: (stage: string) => void;
}

export interface Heat {
  readonly way: Way;
  readonly result: WayResult;
}

export interface Heats {
  /** The fastest first. */
  readonly ranked: readonly Heat[];
  readonly unavailable: readonly LeftOut[];
}

/** Times ways one after the other, each with its process alone beside ours. Their outputs are not compared. */
export async function runHeats({ ways, enter, onStage }: HeatOptions): Promise<Heats> {
  const heats: Heat[] = [];
  const unavailable: LeftOut[] = [];
  let fastest = Infinity;
  for (const way of ways) {
    let entrant: Entrant | undefined;
    try {
      entrant = await enter(way);
      const glance = await timeAlone(entrant, { ...GLANCE, onStage });
      const isBeaten = glance.spread.median > CLEARLY_SLOWER * fastest;
      const result = isBeaten ? glance : await timeAlone(entrant, { ...HEAT, onStage });
      heats.push({ way, result });
      fastest = Math.min(fastest, result.spread.median);
    } catch (error) {
      unavailable.push(leftOut(way, error));
    } finally {
      await entrant?.contestant.close();
    }
  }
  return { ranked: heats.toSorted((a, b) => a.result.spread.median - b.result.spread.median), unavailable };
}

async function timeAlone(entrant: Entrant, options: TurnOptions): Promise<WayResult> {
  const [result] = (await timeInTurns([entrant], options)).results;
  if (result === undefined) throw new Error('one way was timed');
  return result;
}
