import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from './bench-error.ts';
import { ourWay } from './contest/our-way.ts';
import type { RowResult } from './contest/row-result.ts';
import { runRow } from './contest/run-row.ts';
import type { PyTorch } from './peer/install-pytorch.ts';
import { installPyTorch } from './peer/install-pytorch.ts';
import type { PyTorchWaysOptions } from './peer/pytorch-ways.ts';
import { pytorchWays } from './peer/pytorch-ways.ts';
import { collectTraces } from './results/collect-traces.ts';
import type { Machine } from './results/machine.ts';
import { describeMachine } from './results/machine.ts';
import type { BenchRow, Precision, Suite } from './suites/suite.ts';
import { suiteNamed } from './suites/suites.ts';

export interface BenchOptions {
  /** Without: our side alone. */
  readonly against?: 'pytorch';
  /** Rows whose name matches this regular expression. Default: all. */
  readonly rows?: string;
  /** Default `['f32']`. */
  readonly precisions?: readonly Precision[];
  /** Default 15; below 10 the figures are not to be quoted. */
  readonly repetitions?: number;
  /** Default 3. */
  readonly warmUps?: number;
  /** A file for a trace of some iterations of each row on our side, taken after the timing. */
  readonly profile?: string;
  /** Of each library, on both sides. Default: all cores. */
  readonly threads?: number;
  readonly onNotice: (message: string) => void;
  /** Row and what is being done with it. */
  readonly onStage: (stage: string) => void;
  /** Each row, as soon as it is done. */
  readonly onRow: (result: RowResult) => void;
}

export interface BenchResult {
  readonly suite: string;
  readonly machine: Machine;
  readonly threads: number;
  readonly repetitions: number;
  readonly warmUps: number;
  readonly rows: readonly RowResult[];
  /** False where a row was refused because outputs disagreed. */
  readonly agreed: boolean;
}

/**
 * Runs a benchmark; with `against`, both sides in turns.
 *
 * @throws BenchError
 */
export async function runBench(name: string, options: BenchOptions): Promise<BenchResult> {
  const suite = suiteNamed(name);
  const tasks = tasksOf(suite, options);
  const threads = options.threads ?? availableParallelism();
  const { repetitions = 15, warmUps = 3 } = options;
  const pytorch =
    options.against === undefined
      ? undefined
      : await installPyTorch({ ...options, also: suite.peerPackages ?? [] });
  const traces = options.profile === undefined ? undefined : await collectTraces(options.profile);
  const compilerCache = await mkdtemp(join(tmpdir(), 'borealis-bench-compiler-'));
  const rows: RowResult[] = [];
  try {
    for (const { row, precision } of tasks) {
      const result = await runRow({
        suite: suite.name,
        row,
        precision,
        threads,
        repetitions,
        warmUps,
        seed: 1,
        ours: ourWay(threads),
        theirs: waysOf(pytorch, { precision, threads, variants: row.peerVariants ?? [], compilerCache }),
        ...(traces === undefined ? {} : { traceFile: traces.fileFor(`${row.name} ${precision}`) }),
        onStage: (stage) => {
          options.onStage(`${row.name} ${precision}: ${stage}`);
        },
      });
      options.onRow(result);
      rows.push(result);
    }
    await traces?.write();
  } finally {
    await traces?.close();
    await rm(compilerCache, { recursive: true, force: true });
  }
  const agreed = rows.every(({ refusal }) => refusal === undefined);
  return { suite: suite.name, machine: describeMachine(), threads, repetitions, warmUps, rows, agreed };
}

function waysOf(pytorch: PyTorch | undefined, options: Omit<PyTorchWaysOptions, 'pytorch'>) {
  return pytorch === undefined ? [] : pytorchWays({ pytorch, ...options });
}

function tasksOf(
  suite: Suite,
  { rows, precisions = ['f32'] }: BenchOptions,
): { readonly row: BenchRow; readonly precision: Precision }[] {
  const pattern = new RegExp(rows ?? '', 'i');
  const tasks = suite.rows
    .filter((row) => pattern.test(row.name))
    .flatMap((row) =>
      precisions
        .filter((precision) => row.precisions.includes(precision))
        .map((precision) => ({ row, precision })),
    );
  if (tasks.length > 0) return tasks;
  const names = suite.rows.map(({ name }) => name).join(', ');
  throw new BenchError('no-rows', `no row of ${suite.name} matches ${rows ?? ''}; there are: ${names}`);
}
