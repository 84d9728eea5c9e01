import { bestRows, cellText, isNumeric } from './table.ts';
import type { TableColumn, TableRow } from './table.ts';

/**
 * A table as GitHub-flavoured Markdown: numbers to the right, intervals in brackets behind them, the best of a column
 * bold, reference rows in italics. What would be markup in names is escaped.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatMarkdown(columns: readonly TableColumn[], rows: readonly TableRow[]): string {
  const layout = columns.map((column) => ({
    column,
    numeric: isNumeric(column, rows),
    best: bestRows(column, rows),
  }));
  const titles = columns.map(({ title, unit }) => escaped(unit === undefined ? title : `${title}, ${unit}`));
  const body = rows.map((row) =>
    layout.map(({ column, numeric, best }, index) => {
      const { main, bounds } = cellText(column, row.cells[column.key]);
      const text = numeric ? main : escaped(main);
      const marked = best.has(row) ? `**${text}**` : row.reference === true && index === 0 ? `_${text}_` : text;
      return bounds === undefined ? marked : `${marked} ${bounds}`;
    }),
  );
  const rule = layout.map(({ numeric }) => (numeric ? '--:' : '---'));
  return [titles, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function escaped(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|*_`<>[\]]/g, (mark) => `\\${mark}`);
}
