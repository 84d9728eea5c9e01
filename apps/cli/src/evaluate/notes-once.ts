import type { TableSection } from '@borealis/report';

/** Tables that follow each other: what has been said under one is not said again. */
export function notesOnce(tables: readonly TableSection[]): TableSection[] {
  const said = new Set<string>();
  return tables.map(({ note, ...table }) => {
    if (note === undefined || said.has(note)) return table;
    said.add(note);
    return { ...table, note };
  });
}
