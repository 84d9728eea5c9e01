import { createCanvas, drawFrame } from './canvas.ts';
import type { Rgb } from './canvas.ts';
import { enlargeFrames } from './enlarge-frames.ts';
import type { Frames } from './frames.ts';
import { drawLabel, labelSize } from './label-font/draw-label.ts';
import { ReportError } from './report-error.ts';

const BACKGROUND: Rgb = [24, 25, 28];
const INK: Rgb = [235, 235, 232];

/**
 * Several films as one, so that they stay in step: labelled, left to right. A shorter one holds its last frame.
 *
 * @param given films of one height; widths and counts may differ
 * @param options `gap` in pixels between them, default 4; `scale`: whole-number enlargement before the labels are set,
 * default 1
 * @throws {ReportError} `empty`, `shape-mismatch`
 */
export function sideBySide(
  given: readonly { readonly label?: string; readonly frames: Frames }[],
  options: { readonly gap?: number; readonly scale?: number } = {},
): Frames {
  const { gap = 4, scale = 1 } = options;
  const films = given.map((film) => ({ ...film, frames: enlargeFrames(film.frames, scale) }));
  const [first] = films;
  if (first === undefined) throw new ReportError('empty', 'there are no films to put side by side.');
  films.forEach(({ frames, label }, i) => {
    if (frames.height !== first.frames.height) {
      throw new ReportError(
        'shape-mismatch',
        `film ${i + 1}${label === undefined ? '' : ` ("${label}")`} is ${frames.height} pixels high, the first ${first.frames.height}: expected one height.`,
      );
    }
  });
  const top = films.some(({ label }) => label !== undefined) ? labelSize('').height + 2 : 0;
  const width = films.reduce((sum, { frames }) => sum + frames.width, gap * (films.length - 1));
  const height = top + first.frames.height;
  const count = Math.max(...films.map(({ frames }) => frames.count));

  const still = createCanvas(width, height, BACKGROUND);
  const lefts: number[] = [];
  let x = 0;
  for (const { frames, label = '' } of films) {
    drawLabel(still, label, { x: x + 4, y: 1, color: INK, maxWidth: frames.width - 4 });
    lefts.push(x);
    x += frames.width + gap;
  }
  const data = new Uint8Array(count * still.data.length);
  for (let t = 0; t < count; t++) {
    const canvas = { data: data.subarray(t * still.data.length, (t + 1) * still.data.length), height, width };
    canvas.data.set(still.data);
    films.forEach(({ frames }, i) => {
      drawFrame(canvas, frames, { index: Math.min(t, frames.count - 1), x: lefts[i] ?? 0, y: top });
    });
  }
  return { data, count, height, width };
}
