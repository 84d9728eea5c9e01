import { bestRows, cellText, isNumeric } from './table.ts';
import type { TableColumn, TableRow } from './table.ts';

/**
 * A table as aligned plain text for a terminal: numbers to the right with their points under each other, the best of a
 * column marked with an asterisk, reference rows in parentheses. Control characters in names are shown, not obeyed.
 *
 * @returns lines joined by newlines, without one at the end
 */
export function formatTable(columns: readonly TableColumn[], rows: readonly TableRow[]): string {
  const table = columns.map((column, index) => {
    const numeric = isNumeric(column, rows);
    const best = bestRows(column, rows);
    const marks = column.best !== undefined;
    const texts = rows.map((row) => cellText(column, row.cells[column.key]));
    const boundsWidth = Math.max(0, ...texts.map(({ bounds }) => bounds?.length ?? -1)) ;
    const lines = rows.map((row, i) => {
      const { main, bounds } = texts[i] ?? { main: '' };
      if (!numeric) {
        const text = visible(main);
        return index === 0 && row.reference === true ? `(${text})` : text;
      }
      const mark = marks ? (best.has(row) ? '*' : ' ') : '';
      const tail = boundsWidth > 0 ? ` ${(bounds ?? '').padStart(boundsWidth)}` : '';
      return `${visible(main)}${mark}${tail}`;
    });
    const title = visible(column.unit === undefined ? column.title : `${column.title} (${column.unit})`);
    const width = Math.max(...[title, ...lines].map(columnsOf));
    const fit = (text: string) => {
      const space = ' '.repeat(width - columnsOf(text));
      return numeric ? space + text : text + space;
    };
    return [fit(title), '─'.repeat(width), ...lines.map(fit)];
  });
  const height = rows.length + 2;
  return Array.from({ length: height }, (_, line) =>
    table
      .map((column) => column[line] ?? '')
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

/** Control characters (a terminal would obey them) and direction overrides as visible escapes. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** Terminal columns: combining marks take none, wide characters two. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}|\p{Cf}/u.test(character)) continue;
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
  }
  return columns;
}
