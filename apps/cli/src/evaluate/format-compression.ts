import type { TableColumn } from '@borealis/report';
import { formatTable } from '@borealis/report';
import type { CompressionEvaluation } from './compression.ts';

const COLUMNS: readonly TableColumn[] = [
  { key: 'name', title: 'predictor' },
  { key: 'mode', title: 'grids before' },
  { key: 'crossEntropy', title: 'cross-entropy', unit: 'nats', digits: 3 },
  { key: 'top500', title: 'top-500 CE', unit: 'nats', digits: 3 },
  { key: 'perplexity', title: 'perplexity', digits: 1 },
  { key: 'hitRate', title: 'hits in 500', unit: '%', digits: 1 },
  { key: 'accuracy', title: 'right', unit: '%', digits: 1 },
  { key: 'perGrid', title: 'cross-entropy of each grid' },
];

/** An evaluation for a terminal. */
export function formatCompression({ windows, summaries, differences }: CompressionEvaluation): string {
  const rows = summaries.map((summary) => ({
    cells: {
      name: summary.name,
      mode: summary.mode === 'teacher-forced' ? 'true' : 'own',
      crossEntropy: summary.crossEntropy,
      top500: summary.topKCrossEntropy.mean,
      perplexity: summary.perplexity.mean,
      hitRate: summary.hitRate.mean * 100,
      accuracy: summary.accuracy.mean * 100,
      perGrid: summary.perGrid.map(({ crossEntropy }) => crossEntropy.mean.toFixed(2)).join('  '),
    },
  }));
  const compared = differences.map(({ first, second, difference }) => ({
    cells: { first, second, difference, clear: difference.excludesZero ? 'yes' : 'no' },
  }));
  return [
    formatTable(COLUMNS, rows),
    `${windows} windows; in brackets 95 % intervals, bootstrapped over segments; top-500 by Borealis’ definition`,
    '',
    formatTable(
      [
        { key: 'first', title: 'first' },
        { key: 'second', title: 'second' },
        { key: 'difference', title: 'first − second', unit: 'nats', digits: 4 },
        { key: 'clear', title: 'excludes 0' },
      ],
      compared,
    ),
  ].join('\n');
}
