import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { ComposeOption } from 'echarts/core';
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import type { GridComponentOption, MarkLineComponentOption } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import { withStyleSheetColors } from './chart-colors.ts';

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, MarkLineComponent, SVGRenderer]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | CustomSeriesOption
  | LineSeriesOption
  | ScatterSeriesOption
  | GridComponentOption
  | MarkLineComponentOption
>;

/** What one chart needs to be drawn on a page. */
export interface Drawing {
  readonly option: ChartOption;
  readonly width: number;
  readonly height: number;
  /** Makes the ids inside the SVG the page's own. */
  readonly id: string;
}

/** A chart as inline SVG: no script, no hover rules, no namespace addresses, the style sheet's colours. */
export function drawChart({ option, width, height, id }: Drawing): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  let svg: string;
  try {
    chart.setOption({ ...option, animation: false });
    svg = chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
  const inline = svg
    .replace(/<style[^]*?<\/style>/g, '')
    .replace(/ (?:xmlns(?::xlink)?|version|baseProfile|class|pointer-events|ecmeta_[a-z_]+|xml:space)="[^"]*"/g, '')
    .replace(/\bzr\d+-/g, `${id}-`)
    .replace(/font-family:[^;"]*;?/g, '')
    .replace(/^<svg width="\d+" height="\d+"/, `<svg width="${width}" height="${height}" aria-hidden="true"`);
  return withStyleSheetColors(inline);
}
