/**
 * Colours as the chart library sees them, and the style sheet's names that take their place in the SVG, so that one
 * drawing serves light and dark.
 */
export const CHART_COLORS = {
  axis: '#f00001',
  grid: '#f00002',
  text: '#f00003',
  muted: '#f00004',
  background: '#f00005',
  series: ['#f00011', '#f00012', '#f00013', '#f00014', '#f00015', '#f00016'],
} as const;

const NAMES = new Map<string, string>([
  [CHART_COLORS.axis, 'var(--rule)'],
  [CHART_COLORS.grid, 'var(--hairline)'],
  [CHART_COLORS.text, 'var(--ink-soft)'],
  [CHART_COLORS.muted, 'var(--reference)'],
  [CHART_COLORS.background, 'var(--paper)'],
  ...CHART_COLORS.series.map((color, i): [string, string] => [color, seriesVariable(i)]),
]);

/** The style-sheet colour of the i-th series. */
export function seriesVariable(index: number): string {
  return `var(--series-${(index % CHART_COLORS.series.length) + 1})`;
}

export function seriesColor(index: number): string {
  return CHART_COLORS.series[index % CHART_COLORS.series.length] ?? CHART_COLORS.text;
}

/** The drawing with the style sheet's names for its colours. */
export function withStyleSheetColors(svg: string): string {
  return svg.replace(/(fill|stroke)="(#f000[01]\d)"/g, (whole, attribute: string, color: string) => {
    const name = NAMES.get(color);
    return name === undefined ? whole : `${attribute}="${name}"`;
  });
}
