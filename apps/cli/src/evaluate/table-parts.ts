import type { PredictionMode, TokenSummary } from '@borealis/evaluator';
import type { TableColumn } from '@borealis/report';
import type { CompressionFigures } from './compression-figures.ts';

export const NAME: TableColumn = { key: 'name', title: 'predictor' };
export const MODE: TableColumn = { key: 'mode', title: 'grids before' };

export const NATS = { digits: 3 };

export const INTERVALS = 'In brackets 95 % intervals, bootstrapped over segments.';
export const BEFORE =
  'Grids before: the true ones (teacher-forced) or the model’s own (autoregressive, greedy).';

export function named({ name, mode }: TokenSummary) {
  return { name, mode: modeName(mode) };
}

/** In a column of what each grid is predicted from. */
export function modeName(mode: PredictionMode | undefined): string {
  if (mode === undefined) return '';
  return mode === 'teacher-forced' ? 'true' : 'own';
}

export function span({ name, windows, segments }: CompressionFigures): string {
  return `${name} (${windows} of ${segments} segments)`;
}
