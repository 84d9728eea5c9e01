import { formatDuration } from '@borealis/report';
import { compressionTables } from '../evaluate/compression-tables.ts';
import { formatTables } from '../evaluate/format-tables.ts';
import { samplingTables } from '../evaluate/sampling-tables.ts';
import { lossesOf } from './losses-of.ts';
import type { QuickstartResult } from './quickstart.ts';

/** The quickstart's main figures for a terminal. */
export function printQuickstart({ training, compression, sampling, page, seconds }: QuickstartResult): void {
  const tables = [compressionTables(compression), samplingTables(sampling)].flatMap((all) => all.slice(0, 1));
  console.log(`\n${lossesOf(training)}\n\n${formatTables(tables)}`);
  console.log(`\n${formatDuration(seconds)} in all. Open ${page}`);
}
