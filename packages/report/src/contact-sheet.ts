import { createCanvas, drawFrame } from './canvas.ts';
import type { Rgb } from './canvas.ts';
import { encodePng } from './encode-png.ts';
import type { Png } from './encode-png.ts';
import { checkFrames } from './frames.ts';
import type { Frames } from './frames.ts';
import { drawLabel, labelSize } from './label-font/draw-label.ts';
import { ReportError } from './report-error.ts';

const BACKGROUND: Rgb = [250, 250, 248];
const INK: Rgb = [38, 40, 44];
const GAP = 6;
const MARGIN = 12;

export interface ContactSheetOptions {
  /** Each row's frames stand side by side; all of one size, counts may differ. */
  readonly rows: readonly { readonly label: string; readonly frames: Frames }[];
  /** Titles over the columns, from the left. Default: none. */
  readonly columns?: readonly string[];
}

/**
 * Rows of frames as one labelled PNG.
 *
 * @throws {ReportError} `empty` without rows; `shape-mismatch` where frames differ in size
 */
export function contactSheet(options: ContactSheetOptions): Promise<Png> {
  const { rows, columns = [] } = options;
  const [first] = rows;
  if (first === undefined) throw new ReportError('empty', 'a contact sheet needs at least one row of frames.');
  const { height, width } = first.frames;
  for (const { label, frames } of rows) {
    checkFrames(frames, `the frames of row "${label}"`);
    if (frames.height !== height || frames.width !== width) {
      throw new ReportError(
        'shape-mismatch',
        `row "${label}" has frames of ${frames.width} × ${frames.height}, the first row of ${width} × ${height}: expected one size.`,
      );
    }
  }
  const across = Math.max(...rows.map(({ frames }) => frames.count));
  const labelWidth = Math.max(...rows.map(({ label }) => (label === '' ? 0 : labelSize(label).width + MARGIN)));
  const titleHeight = columns.some((title) => title !== '') ? labelSize('').height + GAP : 0;
  const canvas = createCanvas(
    2 * MARGIN + labelWidth + across * width + (across - 1) * GAP,
    2 * MARGIN + titleHeight + rows.length * height + (rows.length - 1) * GAP,
    BACKGROUND,
  );
  const left = (column: number) => MARGIN + labelWidth + column * (width + GAP);
  columns.slice(0, across).forEach((title, column) => {
    drawLabel(canvas, title, { x: left(column), y: MARGIN - 2, color: INK, maxWidth: width });
  });
  rows.forEach(({ label, frames }, row) => {
    const y = MARGIN + titleHeight + row * (height + GAP);
    const labelY = y + Math.max(0, Math.floor((height - labelSize(label).height) / 2));
    drawLabel(canvas, label, { x: MARGIN, y: labelY, color: INK });
    for (let index = 0; index < frames.count; index++) drawFrame(canvas, frames, { index, x: left(index), y });
  });
  return encodePng({ ...canvas, count: 1 });
}
