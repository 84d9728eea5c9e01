import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@borealis/safetensors';
import { createRandom } from '@borealis/tensor';
import { BenchError } from '../bench-error.ts';
import type { BenchRow, Precision } from '../suites/suite.ts';
import { compareOutputs } from './compare-outputs.ts';
import type { Contestant, Way } from './contestant.ts';
import type { Entrant } from './entrant.ts';
import type { RowResult, WayResult } from './row-result.ts';
import type { Rivals } from './rivals.ts';
import { enterAll, enterFastest } from './rivals.ts';
import { startContestant } from './start-contestant.ts';
import { ratioOf } from './statistics.ts';
import { timeInTurns } from './time-in-turns.ts';

/** The first of them may still warm up. */
const PROFILED_ITERATIONS = 3;

export interface RunRowOptions {
  readonly suite: string;
  readonly row: BenchRow;
  readonly precision: Precision;
  readonly ours: Way;
  /** Ways of the peer; the fastest counts. */
  readonly theirs: readonly Way[];
  readonly threads: number;
  readonly repetitions: number;
  readonly warmUps: number;
  readonly seed: number;
  /** Where a trace of ours is written, after the timing. */
  readonly traceFile?: string;
  /** What is being done, for a progress line. */
  readonly onStage: (stage: string) => void;
}

/**
 * Runs one row: all ways get the same inputs, each in a process of its own; outputs are compared; then they are timed
 * in turns, of a heavy row's ways only the fastest. A way of the peer that fails is left out and named; one whose outputs are not ours doesn't count, and where
 * no way's are, nothing is timed.
 *
 * @throws BenchError `contestant-failed` where ours fails, or all of the peer's
 */
export async function runRow(options: RunRowOptions): Promise<RowResult> {
  const { row, precision } = options;
  const common = { row: row.name, what: row.what, precision };
  const folder = await mkdtemp(join(tmpdir(), 'borealis-bench-'));
  const started: Contestant[] = [];
  try {
    const random = createRandom(options.seed).fork(row.name);
    await writeSafetensors(join(folder, 'inputs.safetensors'), row.inputs(random));
    const enter = async (way: Way, comparedRuns = row.comparedRuns): Promise<Entrant> => {
      options.onStage(`${way.side} ${way.name}: first run`);
      const contestant = startContestant(way);
      started.push(contestant);
      return openRow({ ...options, row: { ...row, comparedRuns } }, { way, contestant, folder });
    };
    const ours = await enter(options.ours);
    const enterCompared = async (way: Way): Promise<Entrant> => {
      const entrant = await enter(way);
      const comparison = await compareFiles(folder, row.tolerance[precision]);
      await rm(outputsPath(folder, 'theirs')); // of the largest rows a gigabyte
      return { ...entrant, ...comparison };
    };
    const enterOnce = async (way: Way): Promise<Entrant> => {
      const entrant = await enter(way, 1);
      await rm(outputsPath(folder, 'theirs'));
      return entrant;
    };
    const enterRivals = row.heavy === true && options.theirs.length > 1 ? enterFastest : enterAll;
    const rivals = await enterRivals({
      ...{ ways: options.theirs, enterCompared, enterOnce, onStage: options.onStage },
    });
    const { entrants, timedAlone, unavailable } = rivals;
    if (options.theirs.length > 0 && entrants.length + timedAlone.length === 0) {
      const reasons = unavailable.map(({ reason }) => reason).join('\n');
      throw new BenchError('contestant-failed', `the peer did not run ${row.name}:\n${reasons}`);
    }
    if (options.theirs.length > 0 && entrants.every(({ disagreement }) => disagreement !== undefined)) {
      return { ...common, ...refused(rivals), unavailable };
    }
    const { results, busyByOthers } = await timeInTurns([ours, ...entrants], options);
    if (options.traceFile !== undefined) {
      options.onStage('profile');
      await ours.contestant.profile(PROFILED_ITERATIONS, options.traceFile);
    }
    const [mine, ...others] = results;
    return { ...common, ...verdict(mine, others, timedAlone), busyByOthers, unavailable, refusal: undefined };
  } finally {
    await Promise.all(started.map((contestant) => contestant.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

function outputsPath(folder: string, whose: 'ours' | 'theirs'): string {
  return join(folder, `outputs-${whose}.safetensors`);
}

async function openRow(
  { suite, row, precision, threads, ours }: RunRowOptions,
  {
    way,
    contestant,
    folder,
  }: { readonly way: Way; readonly contestant: Contestant; readonly folder: string },
): Promise<Entrant> {
  const opened = await contestant.open({
    suite,
    row: row.name,
    precision,
    threads,
    settings: row.settings,
    comparedRuns: row.comparedRuns,
    inputs: join(folder, 'inputs.safetensors'),
    outputs: outputsPath(folder, way === ours ? 'ours' : 'theirs'),
  });
  return { way, contestant, opened, differences: [], disagreement: undefined };
}

async function compareFiles(folder: string, tolerance: number) {
  const ours = await readSafetensors(outputsPath(folder, 'ours'));
  const theirs = await readSafetensors(outputsPath(folder, 'theirs'));
  return compareOutputs(ours.tensors, theirs.tensors, tolerance);
}

/** No way of the peer computed the same: no times. */
function refused({ entrants, timedAlone }: Rivals) {
  const told = [...entrants.map(({ way, disagreement }) => ({ way: way.name, disagreement })), ...timedAlone];
  const refusal = told.map(({ way, disagreement }) => `${way}: ${disagreement ?? ''}`).join('; ');
  const nothing = { ours: undefined, theirs: [], best: undefined, ratio: undefined, busyByOthers: 0 };
  return { ...nothing, refusal };
}

/** `alone`: ways that were timed by themselves, and not in turns with ours. */
function verdict(ours: WayResult | undefined, theirs: readonly WayResult[], alone: readonly WayResult[]) {
  if (ours === undefined) throw new Error('our side was timed first');
  const counted = theirs.map(({ spread, disagreement }) =>
    disagreement === undefined ? spread.median : Infinity,
  );
  const best = theirs.length === 0 ? undefined : counted.indexOf(Math.min(...counted));
  const rival = best === undefined ? undefined : theirs[best];
  const ratio = rival === undefined ? undefined : ratioOf(ours.milliseconds, rival.milliseconds);
  return { ours, theirs: [...theirs, ...alone], best, ratio };
}
