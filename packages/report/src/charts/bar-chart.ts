import { formatNumber } from '../format-number.ts';
import type { BarChartSection } from '../report.ts';
import { CHART_COLORS, seriesColor } from './chart-colors.ts';
import type { ChartOption } from './draw-chart.ts';
import { AXIS, FONT_SIZE } from './line-chart.ts';

const BAR_WIDTH = 14;
const CAP = 4;
/** Characters of a name that are shown. */
const MAX_NAME = 40;

interface Bar {
  readonly name: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly color: string;
}

/** The option of a horizontal bar or dot chart with interval whiskers, first bar on top, values at the right. */
export function barChartOption(section: BarChartSection): ChartOption {
  const { mark = 'bar', digits = 2 } = section;
  const bars = section.bars.map(({ name, value, reference = false }): Bar => {
    const { mean, low, high } = typeof value === 'number' ? { mean: value, low: value, high: value } : value;
    const bounded = Number.isFinite(low) && Number.isFinite(high);
    const color = reference ? CHART_COLORS.muted : seriesColor(0);
    return { name, mean, low: bounded ? low : mean, high: bounded ? high : mean, color };
  });
  const names = bars.map(({ name }, i) => `${i}\n${name}`); // the number keeps equal names apart
  const values = bars.map(({ mean }) => formatNumber(mean, { digits }));
  const colored = bars.map(({ mean, color }, i) => ({ value: [mean, i], itemStyle: { color, opacity: 1, borderRadius: [0, 2, 2, 0] } }));
  return {
    grid: { left: gutter(section.bars.map(({ name }) => name)), right: gutter(values), top: 4, bottom: 44 },
    xAxis: {
      type: 'value',
      scale: mark === 'dot',
      name: section.valueLabel,
      nameLocation: 'middle',
      nameGap: 24,
      ...AXIS,
      axisLabel: { ...AXIS.axisLabel, hideOverlap: true },
    },
    yAxis: [
      { type: 'category', data: names, inverse: true, ...AXIS, axisLabel: { ...AXIS.axisLabel, formatter: shortened } },
      {
        type: 'category',
        data: values.map((value, i) => `${i}\n${value}`),
        inverse: true,
        position: 'right',
        ...AXIS,
        splitLine: { show: false },
        axisLabel: { ...AXIS.axisLabel, formatter: withoutNumber },
      },
    ],
    series: [
      mark === 'bar'
        ? { type: 'bar', data: colored, barWidth: BAR_WIDTH }
        : { type: 'scatter', data: colored, symbolSize: 9 },
      // an empty series ties the right-hand axis to the rows
      { type: 'scatter', yAxisIndex: 1, data: [] },
      {
        type: 'custom',
        data: bars.map(({ low, high }, i) => [low, high, i]),
        encode: { x: [0, 1], y: 2 },
        z: mark === 'bar' ? 3 : 1,
        renderItem: (_, api) => {
          const row = Number(api.value(2));
          const [left = 0, y = 0] = api.coord([api.value(0), row]);
          const [right = 0] = api.coord([api.value(1), row]);
          const line = (x1: number, y1: number, x2: number, y2: number) => ({
            type: 'line' as const,
            shape: { x1, y1, x2, y2 },
            style: { stroke: CHART_COLORS.text, lineWidth: 1.5 },
          });
          const ends = [left, right].map((x) => line(x, y - CAP, x, y + CAP));
          return { type: 'group', children: right > left ? [line(left, y, right, y), ...ends] : [] };
        },
      },
    ],
  };
}

/** Room for labels in the widest of the system fonts; the library's own guess is too small for some. */
function gutter(labels: readonly string[]): number {
  return 12 + 0.6 * FONT_SIZE * Math.min(MAX_NAME, Math.max(0, ...labels.map((label) => label.length)));
}

function shortened(label: string): string {
  const name = withoutNumber(label);
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 1)}…`;
}

/** Pixels that the rows need. */
export function barChartHeight(section: BarChartSection): number {
  return section.bars.length * 28 + 48;
}

function withoutNumber(label: string): string {
  return label.replace(/^\d+\n/, '');
}
