export { ReportError } from './report-error.ts';
export type { ReportErrorCode } from './report-error.ts';
export type {
  BarChartSection,
  FactsSection,
  FilmsSection,
  HeadingSection,
  ImagesSection,
  LineChartSection,
  LineSeries,
  ProseSection,
  Report,
  Section,
  TableSection,
} from './report.ts';
export type { CellValue, TableColumn, TableRow } from './table.ts';
export { renderReport } from './render-report.ts';
export { writeReport } from './write-report.ts';
export type { Frames } from './frames.ts';
export { encodePng } from './encode-png.ts';
export type { Png } from './encode-png.ts';
export { contactSheet } from './contact-sheet.ts';
export type { ContactSheetOptions } from './contact-sheet.ts';
export { differenceFrames } from './difference-frames.ts';
export { sideBySide } from './side-by-side.ts';
export { encodeFilm } from './encode-film.ts';
export type { EncodeFilmOptions, Film } from './encode-film.ts';
export { formatMarkdown } from './format-markdown.ts';
export { formatTable } from './format-table.ts';
export { formatInterval } from './format-interval.ts';
export type { IntervalValue } from './format-interval.ts';
export { formatNumber } from './format-number.ts';
export { formatDuration } from './format-duration.ts';
