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
import { runHeats } from './heats.ts';
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
 * in turns. A way of the peer that fails is left out and named; one whose outputs are not ours doesn't count, and where
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
    const enter = async (way: Way, index: number): Promise<Entrant> => {
      options.onStage(`${way.side} ${way.name}: first run`);
      const contestant = startContestant(way);
      started.push(contestant);
      return openRow(options, { way, contestant, index, folder });
    };
    const ours = await enter(options.ours, 0);
    const enterCompared = async (way: Way, index: number): Promise<Entrant> => {
      const entrant = await enter(way, index);
      const comparison = await compareFiles(folder, index, row.tolerance[precision]);
      await rm(outputsPath(folder, index)); // of the largest rows a gigabyte
      return { ...entrant, ...comparison };
    };
    const heats =
      row.heavy === true && options.theirs.length > 1
        ? await runHeats({ ways: options.theirs, enter: enterCompared, onStage: options.onStage })
        : undefined;
    const theirs: Entrant[] = [];
    const unavailable: { way: string; reason: string }[] = [...(heats?.unavailable ?? [])];
    const timed = heats === undefined ? options.theirs : [heats.fastest].filter((way) => way !== undefined);
    for (const [i, way] of timed.entries()) {
      try {
        theirs.push(await enterCompared(way, i + 1));
      } catch (error) {
        if (!(error instanceof BenchError) || error.code !== 'contestant-failed') throw error;
        unavailable.push({ way: way.name, reason: error.message });
      }
    }
    const compared = heats?.results ?? theirs.map(({ way, ...rest }) => ({ way: way.name, ...rest }));
    if (options.theirs.length > 0 && compared.length === 0) {
      const reasons = unavailable.map(({ reason }) => reason).join('\n');
      throw new BenchError('contestant-failed', `the peer did not run ${row.name}:\n${reasons}`);
    }
    if (compared.length > 0 && compared.every(({ disagreement }) => disagreement !== undefined)) {
      const refusal = compared.map(({ way, disagreement }) => `${way}: ${disagreement ?? ''}`).join('; ');
      return {
        ...common,
        ours: undefined,
        theirs: [],
        best: undefined,
        ratio: undefined,
        busyByOthers: 0,
        unavailable,
        refusal,
      };
    }
    const { results, busyByOthers } = await timeInTurns([ours, ...theirs], options);
    if (options.traceFile !== undefined) {
      options.onStage('profile');
      await ours.contestant.profile(PROFILED_ITERATIONS, options.traceFile);
    }
    const [mine, ...others] = results;
    const slower = (heats?.results ?? []).filter(({ way }) => way !== heats?.fastest?.name);
    return { ...common, ...verdict(mine, others, slower), busyByOthers, unavailable, refusal: undefined };
  } finally {
    await Promise.all(started.map((contestant) => contestant.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

function outputsPath(folder: string, index: number): string {
  return join(folder, `outputs-${index}.safetensors`);
}

async function openRow(
  { suite, row, precision, threads }: RunRowOptions,
  {
    way,
    contestant,
    index,
    folder,
  }: {
    readonly way: Way;
    readonly contestant: Contestant;
    readonly index: number;
    readonly folder: string;
  },
): Promise<Entrant> {
  const opened = await contestant.open({
    suite,
    row: row.name,
    precision,
    threads,
    settings: row.settings,
    comparedRuns: row.comparedRuns,
    inputs: join(folder, 'inputs.safetensors'),
    outputs: outputsPath(folder, index),
  });
  return { way, contestant, opened, differences: [], disagreement: undefined };
}

async function compareFiles(folder: string, index: number, tolerance: number) {
  const [ours, theirs] = await Promise.all([0, index].map((i) => readSafetensors(outputsPath(folder, i))));
  if (ours === undefined || theirs === undefined) throw new Error('two files were read');
  return compareOutputs(ours.tensors, theirs.tensors, tolerance);
}

/** `slower`: ways that were timed by themselves, and not in turns with ours. */
function verdict(ours: WayResult | undefined, theirs: readonly WayResult[], slower: readonly WayResult[]) {
  if (ours === undefined) throw new Error('our side was timed first');
  const counted = theirs.map(({ spread, disagreement }) =>
    disagreement === undefined ? spread.median : Infinity,
  );
  const best = theirs.length === 0 ? undefined : counted.indexOf(Math.min(...counted));
  const rival = best === undefined ? undefined : theirs[best];
  const ratio = rival === undefined ? undefined : ratioOf(ours.milliseconds, rival.milliseconds);
  return { ours, theirs: [...theirs, ...slower], best, ratio };
}
