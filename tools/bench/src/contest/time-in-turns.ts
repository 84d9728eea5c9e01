import { setTimeout as sleep } from 'node:timers/promises';
import { busyShare } from './busy-share.ts';
import type { Entrant } from './entrant.ts';
import type { WayResult } from './row-result.ts';
import { spreadOf } from './statistics.ts';

/** A repetition is so many iterations that it takes about this long: short ones would time the clock and the caches. */
const REPETITION_MS = 100;
const MOST_ITERATIONS = 1000;

/** Threads of OpenMP and Eigen go on spinning for a few milliseconds after their work is done. */
const PAUSE_MS = 20;

export interface TurnOptions {
  readonly repetitions: number;
  readonly warmUps: number;
  readonly onStage: (stage: string) => void;
}

/**
 * Times contestants in turns: at each repetition every one once, the order reversed from one to the next, so that what
 * else the machine does meets all alike.
 */
export async function timeInTurns(
  entrants: readonly Entrant[],
  { repetitions, warmUps, onStage }: TurnOptions,
): Promise<Timed> {
  const runners: Runner[] = [];
  for (const entrant of entrants) {
    onStage(`${entrant.way.side} ${entrant.way.name}: warming up`);
    runners.push({ entrant, iterations: await warmUp(entrant, warmUps), milliseconds: [] });
  }
  const resets = await Promise.all(entrants.map(({ contestant }) => contestant.resetPeak()));
  await sleep(PAUSE_MS);
  const busyBefore = await busyShare();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    onStage(`repetition ${repetition + 1} of ${repetitions}`);
    for (const { entrant, iterations, milliseconds } of repetition % 2 === 0
      ? runners
      : runners.toReversed()) {
      await sleep(PAUSE_MS);
      // One of several is not counted: the others' turns have emptied the caches.
      milliseconds.push((await entrant.contestant.time(iterations, iterations > 1 ? 1 : 0)) / iterations);
    }
  }
  await sleep(PAUSE_MS);
  const busyByOthers = Math.max(busyBefore, await busyShare());
  const results = await Promise.all(runners.map((runner, i) => resultOf(runner, resets[i] ?? false)));
  return { results, busyByOthers };
}

interface Timed {
  /** In the order of the entrants. */
  readonly results: readonly WayResult[];
  /** Share of all cores, 0 to 1, that were busy just before or after, while all entrants waited. */
  readonly busyByOthers: number;
}

interface Runner {
  readonly entrant: Entrant;
  readonly iterations: number;
  readonly milliseconds: number[];
}

/** @returns iterations that make up a repetition */
async function warmUp({ contestant }: Entrant, warmUps: number): Promise<number> {
  let fastest = Infinity;
  for (let i = 0; i < warmUps; i++) fastest = Math.min(fastest, await contestant.time(1, 0));
  return Math.min(MOST_ITERATIONS, Math.max(1, Math.ceil(REPETITION_MS / fastest)));
}

async function resultOf(
  { entrant: { way, contestant, opened, differences, disagreement }, iterations, milliseconds }: Runner,
  reset: boolean,
): Promise<WayResult> {
  const peak = reset ? await contestant.peakBytes() : null;
  const { library, device, firstCallMs, residentBytes } = opened;
  return {
    side: way.side,
    way: way.name,
    library,
    device,
    firstCallMs,
    iterations,
    milliseconds,
    spread: spreadOf(milliseconds),
    memoryBytes: peak === null || residentBytes === null ? null : Math.max(0, peak - residentBytes),
    differences,
    disagreement,
  };
}
