import { BenchError } from '../bench-error.ts';
import type { Way } from './contestant.ts';
import type { Entrant } from './entrant.ts';
import type { WayResult } from './row-result.ts';
import { timeInTurns } from './time-in-turns.ts';

/** Enough to tell which way is fastest. */
const HEAT = { repetitions: 3, warmUps: 0 };

/** Enough to tell that a way can't be: it takes so many times as long as the fastest. */
const GLANCE = { repetitions: 1, warmUps: 1 };
const CLEARLY_SLOWER = 1.25;

export interface HeatOptions {
  readonly ways: readonly Way[];
  /** Opens a way's process and compares its outputs with ours. */
  readonly enter: (way: Way, index: number) => Promise<Entrant>;
  readonly onStage: (stage: string) => void;
}

export interface Heats {
  readonly results: readonly WayResult[];
  /** The fastest of those whose outputs are ours; undefined where there is none. */
  readonly fastest: Way | undefined;
  readonly unavailable: readonly { readonly way: string; readonly reason: string }[];
}

/** Times ways one after the other, each with its process alone beside ours. */
export async function runHeats({ ways, enter, onStage }: HeatOptions): Promise<Heats> {
  const results: WayResult[] = [];
  const unavailable: { way: string; reason: string }[] = [];
  let fastest: { readonly way: Way; readonly median: number } | undefined;
  for (const [i, way] of ways.entries()) {
    let entrant: Entrant | undefined;
    try {
      entrant = await enter(way, i + 1);
      const glance = await timeAlone(entrant, { ...GLANCE, onStage });
      const isBeaten = glance.spread.median > CLEARLY_SLOWER * (fastest?.median ?? Infinity);
      const result = isBeaten ? glance : await timeAlone(entrant, { ...HEAT, onStage });
      results.push(result);
      const { median } = result.spread;
      if (result.disagreement === undefined && median < (fastest?.median ?? Infinity))
        fastest = { way, median };
    } catch (error) {
      if (!(error instanceof BenchError) || error.code !== 'contestant-failed') throw error;
      unavailable.push({ way: way.name, reason: error.message });
    } finally {
      await entrant?.contestant.close();
    }
  }
  return { results, fastest: fastest?.way, unavailable };
}

async function timeAlone(entrant: Entrant, options: Parameters<typeof timeInTurns>[1]): Promise<WayResult> {
  const [result] = (await timeInTurns([entrant], options)).results;
  if (result === undefined) throw new Error('one way was timed');
  return result;
}
