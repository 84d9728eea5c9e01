import type { TableColumn, TableRow } from '@borealis/report';
import { formatDuration, formatTable } from '@borealis/report';
import type { RowResult, WayResult } from '../contest/row-result.ts';
import type { BenchResult } from '../run-bench.ts';

const OURS: readonly TableColumn[] = [
  { key: 'row', title: 'row' },
  { key: 'precision', title: 'type' },
  { key: 'ours', title: 'Borealis', unit: 'ms, quartiles' },
  { key: 'oursFirst', title: 'first call' },
  { key: 'oursMemory', title: 'memory', unit: 'MB', digits: 0 },
];

const THEIRS: readonly TableColumn[] = [
  { key: 'theirs', title: 'PyTorch', unit: 'ms, quartiles' },
  { key: 'way', title: 'by' },
  { key: 'theirsFirst', title: 'first call' },
  { key: 'theirsMemory', title: 'memory', unit: 'MB', digits: 0 },
  { key: 'ratio', title: 'ratio', unit: '95 %' },
  { key: 'memoryRatio', title: 'memory ratio', digits: 2 },
  { key: 'difference', title: 'largest difference' },
];

/** One row in a line, for who waits for the table. */
export function formatRow({ row, precision, ours, ratio, refusal }: RowResult): string {
  const times = ours === undefined ? `refused: ${refusal ?? ''}` : `${timesOf(ours)} ms`;
  return `${row} ${precision}: ${times}${ratio === undefined ? '' : `, ratio ${ratio.value.toFixed(2)}`}`;
}

/** The table of `borealis bench`, with what stands above and below it. */
export function formatResults(result: BenchResult): string {
  const { machine, threads, repetitions, warmUps, rows } = result;
  const against = rows.some(({ theirs, refusal }) => theirs.length > 0 || refusal !== undefined);
  const libraries = new Set(rows.flatMap(({ ours, theirs }) => [ours, ...theirs]).map((way) => way?.library));
  const counted = repetitions < 10 ? ' (too few for figures to be quoted: 10 at least)' : '';
  return [
    `${machine.cpu}, ${threads} of ${machine.cores} cores, ${machine.platform}`,
    ...[...libraries].filter((library) => library !== undefined),
    `median of ${repetitions} repetitions${counted} after ${warmUps} warm-ups${against ? ', in turns' : ''}; ` +
      'first call: recording or compiling included; memory: peak while timed, inputs and results included',
    ...busyWarning(rows),
    '',
    formatTable([...OURS, ...(against ? THEIRS : [])], rows.map(tableRow)),
    ...(against
      ? [
          '',
          'ratio: PyTorch’s time / Borealis’; more than 1: Borealis is faster. Memory ratio: Borealis’ / PyTorch’s.',
        ]
      : []),
    ...rows.flatMap(notes),
  ].join('\n');
}

/** With two programs on one core, threads that wait for each other (OpenMP's above all) lose far more than half. */
const BUSY = 0.1;

function busyWarning(rows: readonly RowResult[]): string[] {
  const most = Math.max(0, ...rows.map(({ busyByOthers }) => busyByOthers));
  if (most <= BUSY) return [];
  return [
    `other programs used ${Math.round(100 * most)} % of the cores meanwhile: neither times nor ratios are to be quoted`,
  ];
}

function tableRow(result: RowResult): TableRow {
  const { ours, theirs, best, ratio } = result;
  const rival = best === undefined ? undefined : theirs[best];
  const largest = Math.max(0, ...(rival?.differences.map(({ largest }) => largest) ?? []));
  return {
    cells: {
      row: result.row,
      precision: result.precision,
      ours: ours === undefined ? 'refused' : timesOf(ours),
      oursFirst: firstOf(ours),
      oursMemory: memoryOf(ours),
      theirs: rival === undefined ? null : timesOf(rival),
      way: rival?.way ?? null,
      theirsFirst: firstOf(rival),
      theirsMemory: memoryOf(rival),
      memoryRatio: memoryRatioOf(ours, rival),
      ratio: ratio === undefined ? null : { mean: ratio.value, low: ratio.low, high: ratio.high },
      difference: rival === undefined ? null : largest.toExponential(1),
    },
  };
}

function timesOf({ spread }: WayResult): string {
  const digits = spread.median < 10 ? 2 : spread.median < 100 ? 1 : 0;
  const [median, low, high] = [spread.median, spread.lowerQuartile, spread.upperQuartile].map((ms) =>
    ms.toFixed(digits),
  );
  return `${median ?? ''} [${low ?? ''}, ${high ?? ''}]`;
}

function firstOf(way: WayResult | undefined): string | null {
  return way === undefined ? null : formatDuration(way.firstCallMs / 1000);
}

function memoryOf(way: WayResult | undefined): number | null {
  return way?.memoryBytes === null || way === undefined ? null : way.memoryBytes / 1e6;
}

function memoryRatioOf(ours: WayResult | undefined, theirs: WayResult | undefined): number | null {
  const [mine, other] = [memoryOf(ours), memoryOf(theirs)];
  return mine === null || other === null || other === 0 ? null : mine / other;
}

/** What the table has no room for: shapes, the peer's other ways, ways that did not run, refusals. */
function notes({ row, precision, what, theirs, best, unavailable, refusal }: RowResult): string[] {
  const slower = theirs
    .filter((_, i) => i !== best)
    .map((way) => {
      const why =
        way.disagreement === undefined ? '' : ` (not counted, outputs disagree: ${way.disagreement})`;
      const memory = memoryOf(way);
      return `${way.way} ${timesOf(way)} ms${memory === null ? '' : `, ${memory.toFixed(0)} MB`}${why}`;
    });
  return [
    `${row} ${precision}: ${what}${slower.length === 0 ? '' : `; PyTorch’s other ways: ${slower.join('; ')}`}`,
    ...unavailable.map(({ way, reason }) => `${row} ${precision}: ${way} did not run: ${reason}`),
    ...(refusal === undefined ? [] : [`${row} ${precision}: REFUSED, outputs disagree: ${refusal}`]),
  ];
}
