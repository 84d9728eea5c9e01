import { html } from 'htm/preact';
import { barChartHeight, barChartOption } from '../charts/bar-chart.ts';
import { seriesVariable } from '../charts/chart-colors.ts';
import { drawChart } from '../charts/draw-chart.ts';
import { lineChartOption } from '../charts/line-chart.ts';
import { formatInterval } from '../format-interval.ts';
import { formatNumber } from '../format-number.ts';
import type { BarChartSection, LineChartSection } from '../report.ts';
import { inline } from './render-prose.ts';
import type { Html } from './render-prose.ts';

const WIDTH = { full: 1040, half: 508 } as const;
const LINE_CHART_HEIGHT = 280;

export function renderChart(section: LineChartSection | BarChartSection, id: string): Html {
  const width = WIDTH[section.width ?? 'full'];
  const svg =
    section.kind === 'lineChart'
      ? drawChart({ option: lineChartOption(section), width, height: LINE_CHART_HEIGHT, id })
      : drawChart({ option: barChartOption(section), width, height: barChartHeight(section), id });
  return html`<figure class="chart">
    <figcaption>${inline(section.title)}${section.kind === 'lineChart' && html` <span class="unit">${section.yLabel}</span>`}</figcaption>
    ${section.kind === 'lineChart' && section.series.length > 1 && legend(section)}
    <div role="img" aria-label=${describe(section)} dangerouslySetInnerHTML=${{ __html: svg }} />
    ${section.note !== undefined && html`<p class="note">${inline(section.note)}</p>`}
  </figure>`;
}

function legend({ series }: LineChartSection): Html {
  return html`<ul class="legend">
    ${series.map(
      ({ name, style = 'solid' }, i) =>
        html`<li><span class=${`swatch ${style}`} style=${`color: ${seriesVariable(i)}`}></span>${name}</li>`,
    )}
  </ul>`;
}

/** The chart in words, for those who can't see it. */
function describe(section: LineChartSection | BarChartSection): string {
  if (section.kind === 'barChart') {
    const bars = section.bars.map(({ name, value }) => {
      const { digits = 2 } = section;
      return `${name} ${typeof value === 'number' ? formatNumber(value, { digits }) : formatInterval(value, { digits })}`;
    });
    return `${section.title}, ${section.valueLabel}: ${bars.join('; ')}`;
  }
  const ends = section.series.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return `${name}: no points`;
    return `${name} from ${formatNumber(first[1])} at ${first[0]} to ${formatNumber(last[1])} at ${last[0]}`;
  });
  return `${section.title}, ${section.yLabel} over ${section.xLabel}: ${ends.join('; ')}`;
}
