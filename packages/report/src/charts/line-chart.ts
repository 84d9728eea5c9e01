import type { LineChartSection } from '../report.ts';
import { formatNumber } from '../format-number.ts';
import { CHART_COLORS, seriesColor } from './chart-colors.ts';
import type { ChartOption } from './draw-chart.ts';

export const FONT_SIZE = 12;

/** Axes that all charts share: no ticks, hairlines across, small soft labels. */
export const AXIS = {
  axisLine: { show: false, lineStyle: { color: CHART_COLORS.axis } },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: CHART_COLORS.grid, width: 1 } },
  axisLabel: { color: CHART_COLORS.text, fontSize: FONT_SIZE },
  nameTextStyle: { color: CHART_COLORS.text, fontSize: FONT_SIZE },
} as const;

/** The given margins are those around the labels, not around the plot. */
const FIT_LABELS = { outerBoundsMode: 'same', outerBoundsContain: 'all' } as const;

/** The option of a line chart; its legend and title are set in HTML. */
export function lineChartOption(section: LineChartSection): ChartOption {
  const { xLabel, yScale = 'linear', series, references = [] } = section;
  const { min, max, ticks } = xRange(section);
  const drawable = (y: number) => Number.isFinite(y) && (yScale === 'linear' || y > 0);
  return {
    grid: { left: 2, right: 16, top: 12, bottom: 2, ...FIT_LABELS },
    xAxis: {
      type: 'value',
      min,
      max,
      name: xLabel,
      nameLocation: 'middle',
      nameGap: 28,
      ...AXIS,
      splitLine: { show: false },
      axisLine: { show: true, onZero: false, lineStyle: { color: CHART_COLORS.axis } },
      axisLabel: { ...AXIS.axisLabel, customValues: ticks, formatter: axisNumber },
    },
    yAxis: {
      type: yScale === 'log' ? 'log' : 'value',
      scale: true,
      ...AXIS,
      axisLabel: { ...AXIS.axisLabel, formatter: axisNumber },
      ...yRange(section),
    },
    series: series.map((line, index) => ({
      type: 'line',
      name: line.name,
      data: line.points.map(([x, y]) => [x, drawable(y) ? y : '-']),
      showSymbol: line.points.length === 1,
      symbolSize: 5,
      sampling: 'lttb',
      lineStyle: {
        color: seriesColor(index),
        width: line.style === 'faint' ? 1.25 : 2,
        opacity: line.style === 'faint' ? 0.55 : 1,
        type: line.style === 'dashed' ? [6, 4] : 'solid',
        join: 'round',
      },
      itemStyle: { color: seriesColor(index) },
      ...(index === 0 && references.length > 0 ? { markLine: levelLines(references) } : {}),
    })),
  };
}

function levelLines(references: NonNullable<LineChartSection['references']>) {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: CHART_COLORS.muted, type: [3, 3], width: 1 },
    label: {
      position: 'insideEndTop' as const,
      color: CHART_COLORS.text,
      fontSize: FONT_SIZE - 1,
      formatter: ({ name }: { name: string }) => name,
    },
    data: references.map(({ name, value }) => ({ name: `${name} ${formatNumber(value)}`, yAxis: value })),
  };
}

/** From the first to the last point, with labels at round numbers only. */
function xRange({ series }: LineChartSection): {
  min: number | 'dataMin';
  max: number | 'dataMax';
  ticks: number[];
} {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x)).filter(Number.isFinite);
  const [min, max] = xs.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  if (!(max > min)) return { min: 'dataMin', max: 'dataMax', ticks: [...new Set(xs)] };
  const rough = (max - min) / 6;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const interval = magnitude * ([1, 2, 5].find((factor) => factor * magnitude >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = Math.ceil(min / interval) * interval; tick <= max; tick += interval) ticks.push(tick);
  return { min, max, ticks };
}

/** Room for level lines that lie outside the curves. */
function yRange({ series, references = [] }: LineChartSection): { min?: number; max?: number } {
  const curves = series.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  const levels = references.map(({ value }) => value).filter(Number.isFinite);
  if (levels.length === 0 || curves.length === 0) return {};
  const [low, high] = curves.reduce(([a, b], y) => [Math.min(a, y), Math.max(b, y)], [Infinity, -Infinity]);
  const [lowest, highest] = [Math.min(...levels), Math.max(...levels)];
  return {
    ...(lowest < low ? { min: Math.floor(lowest * 2) / 2 } : {}),
    ...(highest > high ? { max: Math.ceil(highest * 2) / 2 } : {}),
  };
}

function axisNumber(exact: number): string {
  const value = Number(exact.toPrecision(6)); // 1e-5, not 0.000009999…
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) {
    return value.toExponential().replace('e-', 'e−').replace('e+', 'e');
  }
  const digits = Math.min(6, (String(value).split('.')[1] ?? '').length);
  return formatNumber(value, { digits });
}
