import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../bench-error.ts';
import { busyShare } from '../contest/busy-share.ts';
import type { Ratio, Spread } from '../contest/statistics.ts';
import { ratioOf, spreadOf } from '../contest/statistics.ts';
import type { Machine } from '../results/machine.ts';
import { describeMachine } from '../results/machine.ts';
import type { LoadingRow } from './loading-row.ts';
import { LOADING_ROWS } from './loading-row.ts';
import { dropFromCache } from './page-cache.ts';
import { timeCat, timeLoading, timeReading } from './time-loading.ts';
import { writeSample } from './write-sample.ts';

export interface LoadingOptions {
  /** Rows whose name matches this regular expression. Default: all. */
  readonly rows?: string;
  /** Default 15; below 10 the figures are not to be quoted. */
  readonly repetitions?: number;
  /** That read. Default: what `loadTensors` takes. */
  readonly threads?: number;
  /** Of each sample; default 1 GiB. So much room is needed where temporary files are. */
  readonly bytes?: number;
  readonly onStage: (stage: string) => void;
}

export interface LoadingRowResult {
  readonly row: string;
  readonly what: string;
  readonly bytes: number;
  /** Milliseconds of the first loading in a fresh process, whose memory is new to it. */
  readonly first: Spread;
  /** Of a second one in the same process; not told for a cold row, where it would be warm. */
  readonly again: Spread | undefined;
  /** Of a fresh process that reads the files into buffers. */
  readonly reading: Spread;
  /** Of `cat`, which keeps nothing. */
  readonly cat: Spread;
  /** Speed of the first loading relative to reading into buffers: 1 is as fast. */
  readonly firstToReading: Ratio;
  /** Relative to `cat`. */
  readonly firstToCat: Ratio;
  readonly againToCat: Ratio | undefined;
  /** Share of all cores, 0 to 1, that other programs used. */
  readonly busyByOthers: number;
}

export interface LoadingResult {
  readonly suite: 'loading';
  readonly machine: Machine;
  readonly repetitions: number;
  readonly rows: readonly LoadingRowResult[];
}

/**
 * Times `loadTensors` against plain reading, in turns: each repetition in a fresh process, since programs load their
 * weights once, when they start. Plain reading is `cat FILE > /dev/null`, which needs no memory, and reading into buffers,
 * which needs as much as loading does: the system's work to provide it is a large part of both.
 *
 * @throws BenchError
 */
export async function runLoading(options: LoadingOptions): Promise<LoadingResult> {
  const pattern = new RegExp(options.rows ?? '', 'i');
  const chosen = LOADING_ROWS.filter(({ name }) => pattern.test(name));
  if (chosen.length === 0) {
    const names = LOADING_ROWS.map(({ name }) => name).join(', ');
    throw new BenchError('no-rows', `no row of loading matches ${options.rows ?? ''}; there are: ${names}`);
  }
  const { repetitions = 15 } = options;
  const rows: LoadingRowResult[] = [];
  for (const row of chosen) rows.push(await runRow(row, { ...options, repetitions }));
  return { suite: 'loading', machine: describeMachine(), repetitions, rows };
}

async function runRow(
  row: LoadingRow,
  {
    repetitions,
    threads,
    bytes: wanted = 2 ** 30,
    onStage,
  }: LoadingOptions & { readonly repetitions: number },
): Promise<LoadingRowResult> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-bench-loading-'));
  try {
    onStage(`${row.name}: writing a sample`);
    const { path, files, bytes } = await writeSample(folder, row, wanted);
    const prepare = async () => {
      if (row.cache === 'warm') await timeCat(files);
      else if (!dropFromCache(files)) throw new BenchError('invalid-option', 'a cold row needs GNU dd');
    };
    const times = {
      first: [] as number[],
      again: [] as number[],
      reading: [] as number[],
      cat: [] as number[],
    };
    const busyBefore = await busyShare();
    for (let repetition = 0; repetition < repetitions; repetition++) {
      onStage(`${row.name}: repetition ${repetition + 1} of ${repetitions}`);
      await prepare();
      times.cat.push(await timeCat(files));
      await prepare();
      times.reading.push(await timeReading(files));
      await prepare();
      const { first, again } = await timeLoading(path, threads);
      times.first.push(first);
      times.again.push(again);
    }
    const warm = row.cache === 'warm';
    return {
      row: row.name,
      what: row.what,
      bytes,
      first: spreadOf(times.first),
      again: warm ? spreadOf(times.again) : undefined,
      reading: spreadOf(times.reading),
      cat: spreadOf(times.cat),
      firstToReading: ratioOf(times.first, times.reading),
      firstToCat: ratioOf(times.first, times.cat),
      againToCat: warm ? ratioOf(times.again, times.cat) : undefined,
      busyByOthers: Math.max(busyBefore, await busyShare()),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
