import { html } from 'htm/preact';
import type { TableSection } from '../report.ts';
import { bestRows, cellText, isNumeric } from '../table.ts';
import { inline } from './render-prose.ts';
import type { Html } from './render-prose.ts';

export function renderTable({ caption, columns, rows, note }: TableSection): Html {
  const layout = columns.map((column) => ({
    column,
    numeric: isNumeric(column, rows),
    best: bestRows(column, rows),
    bounded: rows.some(({ cells }) => cellText(column, cells[column.key]).bounds !== undefined),
  }));
  return html`<figure class="table">
    ${caption !== undefined && html`<figcaption>${inline(caption)}</figcaption>`}
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${layout.map(
              ({ column, numeric, bounded }) =>
                html`<th scope="col" class=${numeric ? 'number' : ''} colspan=${bounded ? 2 : 1}>
                  ${column.title}${column.unit !== undefined && html` <span class="unit">${column.unit}</span>`}
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) =>
              html`<tr class=${row.reference === true ? 'reference' : ''}>
                ${layout.map(({ column, numeric, best, bounded }, index) => {
                  const { main, bounds } = cellText(column, row.cells[column.key]);
                  if (index === 0 && !numeric) return html`<th scope="row">${main}</th>`;
                  const value = best.has(row) ? html`<strong title="best">${main}</strong>` : main;
                  return html`<td class=${numeric ? 'number' : ''}>${value}</td>
                    ${bounded && html`<td class="bounds">${bounds ?? ''}</td>`}`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${note !== undefined && html`<p class="note">${inline(note)}</p>`}
  </figure>`;
}
