import type { TableSection } from '@borealis/report';
import { formatMarkdown, formatTable } from '@borealis/report';
import { notesOnce } from './notes-once.ts';

/** Tables for a terminal, each under its caption. */
export function formatTables(tables: readonly TableSection[]): string {
  const blocks = notesOnce(tables).map(({ caption, columns, rows, note }) =>
    [caption, formatTable(columns, rows), note].filter((part) => part !== undefined).join('\n'),
  );
  return blocks.join('\n\n');
}

/** The same as the docs hold them. */
export function markdownTables(tables: readonly TableSection[]): string {
  const blocks = notesOnce(tables).flatMap(({ caption, columns, rows, note }) => [
    ...(caption === undefined ? [] : [`**${caption}**`]),
    formatMarkdown(columns, rows),
    ...(note === undefined ? [] : [note]),
  ]);
  return blocks.join('\n\n');
}
