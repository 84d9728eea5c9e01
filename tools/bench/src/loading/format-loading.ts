import type { TableColumn } from '@borealis/report';
import { formatTable } from '@borealis/report';
import type { Ratio, Spread } from '../contest/statistics.ts';
import type { LoadingResult } from './run-loading.ts';

const COLUMNS: readonly TableColumn[] = [
  { key: 'row', title: 'row' },
  { key: 'megabytes', title: 'MB', digits: 0 },
  { key: 'cat', title: 'cat', unit: 'ms' },
  { key: 'reading', title: 'reading', unit: 'ms' },
  { key: 'first', title: 'first loading', unit: 'ms' },
  { key: 'firstToReading', title: 'speed / reading’s', unit: '95 %' },
  { key: 'firstToCat', title: '/ cat’s', unit: '95 %' },
  { key: 'again', title: 'second loading', unit: 'ms' },
  { key: 'againToCat', title: 'speed / cat’s', unit: '95 %' },
];

const BUSY = 0.1;

/** The table of `borealis bench loading`. */
export function formatLoading({ machine, repetitions, rows }: LoadingResult): string {
  const few = repetitions < 10 ? ' (too few for figures to be quoted: 10 at least)' : '';
  const busy = Math.max(0, ...rows.map(({ busyByOthers }) => busyByOthers));
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.platform}`,
    `median of ${repetitions} repetitions${few}, in turns. cat: of the files to /dev/null; reading: by one thread, into new`,
    'buffers, in a fresh process; first loading: likewise in a fresh process; second: into the memory that the first one left',
    ...(busy > BUSY
      ? [
          `other programs used ${Math.round(100 * busy)} % of the cores meanwhile: these figures are not to be quoted`,
        ]
      : []),
    '',
    formatTable(
      COLUMNS,
      rows.map((result) => ({
        cells: {
          row: result.row,
          megabytes: result.bytes / 1e6,
          cat: timesOf(result.cat),
          reading: timesOf(result.reading),
          first: timesOf(result.first),
          firstToReading: intervalOf(result.firstToReading),
          firstToCat: intervalOf(result.firstToCat),
          again: result.again === undefined ? null : timesOf(result.again),
          againToCat: result.againToCat === undefined ? null : intervalOf(result.againToCat),
        },
      })),
    ),
    '',
    ...rows.map(({ row, what }) => `${row}: ${what}`),
  ].join('\n');
}

function timesOf({ median, lowerQuartile, upperQuartile }: Spread): string {
  return `${median.toFixed(0)} [${lowerQuartile.toFixed(0)}, ${upperQuartile.toFixed(0)}]`;
}

function intervalOf({ value, low, high }: Ratio) {
  return { mean: value, low, high };
}
