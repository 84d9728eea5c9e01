import type { TableSection } from '@borealis/report';
import { formatMarkdown, formatTable } from '@borealis/report';

/** Tables for a terminal, each under its caption. Notes that repeat are said once. */
export function formatTables(tables: readonly TableSection[]): string {
  const said = new Set<string>();
  const blocks = tables.map(({ caption, columns, rows, note }) => {
    const fresh = note !== undefined && !said.has(note);
    if (fresh) said.add(note);
    return [
      ...(caption === undefined ? [] : [caption]),
      formatTable(columns, rows),
      ...(fresh ? [note] : []),
    ].join('\n');
  });
  return blocks.join('\n\n');
}

/** The same as the docs hold them. */
export function markdownTables(tables: readonly TableSection[]): string {
  const said = new Set<string>();
  const blocks = tables.flatMap(({ caption, columns, rows, note }) => {
    const fresh = note !== undefined && !said.has(note);
    if (fresh) said.add(note);
    return [
      ...(caption === undefined ? [] : [`**${caption}**`]),
      formatMarkdown(columns, rows),
      ...(fresh ? [note] : []),
    ];
  });
  return blocks.join('\n\n');
}
