import type { IntervalValue } from './format-interval.ts';
import type { Film } from './encode-film.ts';
import type { Png } from './encode-png.ts';
import type { TableColumn, TableRow } from './table.ts';

/** A page: title, a line under it, and what follows in order. */
export interface Report {
  readonly title: string;
  readonly subtitle?: string;
  readonly sections: readonly Section[];
}

export type Section =
  | HeadingSection
  | ProseSection
  | FactsSection
  | TableSection
  | LineChartSection
  | BarChartSection
  | ImagesSection
  | FilmsSection;

export interface HeadingSection {
  readonly kind: 'heading';
  readonly text: string;
  /** 2 (default) is listed at the top of the page, 3 is not. */
  readonly level?: 2 | 3;
}

/** Paragraphs; `code` in backquotes and **strong** text are set so, everything else stands as written. */
export interface ProseSection {
  readonly kind: 'prose';
  readonly paragraphs: readonly string[];
}

/** Short facts with their names: seed, versions, wall time. */
export interface FactsSection {
  readonly kind: 'facts';
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

export interface TableSection {
  readonly kind: 'table';
  readonly caption?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
  /** Small print under the table: what the intervals are, which command made it. */
  readonly note?: string;
}

interface ChartSection {
  readonly title: string;
  /** Two half-width charts that follow each other stand side by side. Default `full`. */
  readonly width?: 'full' | 'half';
  readonly note?: string;
}

/** Curves over a number: losses over steps. */
export interface LineChartSection extends ChartSection {
  readonly kind: 'lineChart';
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yScale?: 'linear' | 'log';
  readonly series: readonly LineSeries[];
  /** Level lines to compare with, e.g. the uniform baseline. */
  readonly references?: readonly { readonly name: string; readonly value: number }[];
}

export interface LineSeries {
  readonly name: string;
  /** (x, y) with rising x; a NaN leaves a gap. */
  readonly points: readonly (readonly [number, number])[];
  /** `faint` for what is noisy (training loss), `dashed` to tell apart. Default `solid`. */
  readonly style?: 'solid' | 'faint' | 'dashed';
}

/** Named values with their intervals, one below the other. */
export interface BarChartSection extends ChartSection {
  readonly kind: 'barChart';
  readonly valueLabel: string;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number | IntervalValue;
    /** A bound or a yardstick: drawn in grey. */
    readonly reference?: boolean;
  }[];
  /** `bar` (default) starts at 0; `dot` shows the range that matters, for values far from 0. */
  readonly mark?: 'bar' | 'dot';
  /** Digits of the values at the right. Default 2. */
  readonly digits?: number;
}

/** Rows of pictures with labels beside and titles above. */
export interface ImagesSection {
  readonly kind: 'images';
  readonly caption?: string;
  /** Titles over the columns, from the left. */
  readonly columns?: readonly string[];
  readonly rows: readonly { readonly label: string; readonly images: readonly Png[] }[];
  /** Page pixels for a picture's pixel, with hard edges. Default 1. */
  readonly scale?: number;
}

export interface FilmsSection {
  readonly kind: 'films';
  readonly caption?: string;
  readonly films: readonly { readonly label: string; readonly film: Film }[];
}
