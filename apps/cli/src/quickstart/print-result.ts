import { formatDuration } from '@borealis/report';
import { compressionTables } from '../evaluate/compression-tables.ts';
import { counterfactualTable } from '../evaluate/counterfactual-table.ts';
import { formatTables } from '../evaluate/format-tables.ts';
import { samplingTables } from '../evaluate/sampling-tables.ts';
import { trainingLines } from './training-lines.ts';
import type { QuickstartResult } from './quickstart.ts';

/** The quickstart's main figures for a terminal. */
export function printQuickstart(result: QuickstartResult): void {
  const { training, compression, sampling, counterfactuals, page, seconds } = result;
  const tables = [
    ...compressionTables(compression).slice(0, 1),
    ...samplingTables(sampling).slice(0, 1),
    ...(counterfactuals === null ? [] : [counterfactualTable(counterfactuals)]),
  ];
  console.log(`\n${trainingLines(training).join('\n')}\n\n${formatTables(tables)}`);
  console.log(`\n${formatDuration(seconds)} in all. Open ${page}`);
}
