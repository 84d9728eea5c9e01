import { formatBounds } from './format-interval.ts';
import type { IntervalValue } from './format-interval.ts';
import { formatNumber } from './format-number.ts';

/** Text, a number, a mean with its interval, or nothing. */
export type CellValue = string | number | IntervalValue | null;

export interface TableColumn {
  /** Under which name the rows hold it. */
  readonly key: string;
  readonly title: string;
  /** Stands under the title: dB, nats, s. */
  readonly unit?: string;
  /** Digits after the point. Default 2. */
  readonly digits?: number;
  /** Which value is marked. Default: none. */
  readonly best?: 'highest' | 'lowest';
}

export interface TableRow {
  readonly cells: Readonly<Record<string, CellValue>>;
  /** A bound or a yardstick (a ceiling decoded from the truth): set apart, never marked as best. */
  readonly reference?: boolean;
}

export interface CellText {
  readonly main: string;
  /** The interval, in brackets. */
  readonly bounds?: string | undefined;
}

export function cellText(column: TableColumn, value: CellValue | undefined): CellText {
  if (value === null || value === undefined) return { main: '' };
  if (typeof value === 'string') return { main: value };
  const format = { digits: column.digits ?? 2 };
  if (typeof value === 'number') return { main: formatNumber(value, format) };
  return { main: formatNumber(value.mean, format), bounds: formatBounds(value, format) };
}

/** Columns in which some row holds a number: these stand right-aligned. */
export function isNumeric(column: TableColumn, rows: readonly TableRow[]): boolean {
  return rows.some(({ cells }) => numberIn(cells[column.key]) !== undefined);
}

/** Rows that hold the column's best value; values that print the same are equally good. */
export function bestRows(column: TableColumn, rows: readonly TableRow[]): ReadonlySet<TableRow> {
  if (column.best === undefined) return new Set();
  const sign = column.best === 'highest' ? 1 : -1;
  const candidates = rows.flatMap((row) => {
    const value = row.reference === true ? undefined : numberIn(row.cells[column.key]);
    return value === undefined || Number.isNaN(value) ? [] : [{ row, value }];
  });
  const [first, ...others] = candidates;
  if (first === undefined || others.length === 0) return new Set();
  const best = others.reduce((leader, entry) => (sign * entry.value > sign * leader.value ? entry : leader), first);
  const shown = formatNumber(best.value, { digits: column.digits ?? 2 });
  return new Set(
    candidates
      .filter(({ value }) => formatNumber(value, { digits: column.digits ?? 2 }) === shown)
      .map(({ row }) => row),
  );
}

function numberIn(value: CellValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value !== null ? value.mean : undefined;
}
