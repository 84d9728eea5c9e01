import { html } from 'htm/preact';
import { renderToString } from 'preact-render-to-string';
import { PAGE_STYLE } from './page/page-style.ts';
import { renderChart } from './page/render-chart.ts';
import { renderFilms, renderImages } from './page/render-media.ts';
import { renderProse } from './page/render-prose.ts';
import type { Html } from './page/render-prose.ts';
import { renderTable } from './page/render-table.ts';
import type { Report, Section } from './report.ts';

/** The page may load nothing from anywhere: pictures and films are inside, scripts there are none. */
const CONTENT_POLICY = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";

/**
 * The report as one HTML page that needs nothing else: style, charts (SVG), pictures and films are in it; light or dark
 * as the reader's system is; printable. The same report gives the same page. All text is escaped.
 */
export function renderReport(report: Report): string {
  const { title, subtitle, sections } = report;
  const chapters = sections.flatMap((section, index) =>
    section.kind === 'heading' && section.level !== 3 ? [{ text: section.text, id: idOf(index) }] : [],
  );
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta http-equiv="Content-Security-Policy" content=${CONTENT_POLICY} />
      <title>${title}</title>
      <style dangerouslySetInnerHTML=${{ __html: PAGE_STYLE }} />
    </head>
    <body>
      <main>
        <header>
          <h1>${title}</h1>
          ${subtitle !== undefined && html`<p class="subtitle">${subtitle}</p>`}
          ${
            chapters.length > 1 &&
            html`<nav aria-label="Chapters">
              <ul>
                ${chapters.map(({ text, id }) => html`<li><a href=${`#${id}`}>${text}</a></li>`)}
              </ul>
            </nav>`
          }
        </header>
        ${renderSections(sections)}
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${[page].flat().map((node) => renderToString(node)).join('')}\n`;
}

/** Sections in order; neighbouring half-width charts share a row. */
function renderSections(sections: readonly Section[]): Html[] {
  const rendered: Html[] = [];
  for (let index = 0; index < sections.length; index++) {
    const [section, next] = [sections[index], sections[index + 1]];
    if (section === undefined) continue;
    if (isHalf(section)) {
      const pair = next !== undefined && isHalf(next) ? [renderSection(section, index), renderSection(next, ++index)] : [renderSection(section, index)];
      rendered.push([html`<div class="pair">${pair}</div>`].flat());
    } else {
      rendered.push(renderSection(section, index));
    }
  }
  return rendered;
}

function renderSection(section: Section, index: number): Html {
  switch (section.kind) {
    case 'heading':
      return section.level === 3 ? html`<h3>${section.text}</h3>` : html`<h2 id=${idOf(index)}>${section.text}</h2>`;
    case 'prose':
      return renderProse(section);
    case 'facts':
      return html`<dl class="facts">
        ${section.facts.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
      </dl>`;
    case 'table':
      return renderTable(section);
    case 'lineChart':
    case 'barChart':
      return renderChart(section, `chart-${index}`);
    case 'images':
      return renderImages(section);
    case 'films':
      return renderFilms(section);
  }
}

function isHalf(section: Section): boolean {
  return (section.kind === 'lineChart' || section.kind === 'barChart') && section.width === 'half';
}

function idOf(index: number): string {
  return `section-${index}`;
}
