import { EnsembleError } from './ensemble-error.ts';
import { CHANNELS } from './frames.ts';
import type { Frames, PixelMap } from './frames.ts';

/** Black, purple, red, orange, pale yellow: rising brightness, so that it reads in grey, too. */
const COLOURS = [
  [0, 0, 4],
  [87, 16, 110],
  [188, 55, 84],
  [249, 142, 9],
  [252, 255, 164],
] as const;

/**
 * A map as pictures to look at: 0 is black, `most` and beyond pale yellow. Give several maps the same `most`, so that
 * they can be compared.
 *
 * @throws {EnsembleError} `out-of-range` where `most` is no positive number; `not-finite` for NaN in the map
 */
export function drawMap(map: PixelMap, { most }: { readonly most: number }): Frames {
  if (!(most > 0 && most < Infinity)) {
    throw new EnsembleError(
      'out-of-range',
      `most is ${most}: expected the map's value that is drawn brightest.`,
    );
  }
  const { count, height, width } = map;
  const data = new Uint8Array(map.data.length * CHANNELS);
  map.data.forEach((value, pixel) => {
    if (Number.isNaN(value)) {
      throw new EnsembleError('not-finite', `value ${pixel} of ${map.data.length} of the map is NaN.`);
    }
    data.set(colourOf(value / most), pixel * CHANNELS);
  });
  return { data, count, height, width };
}

/** @param share of the way from the first colour to the last */
function colourOf(share: number): number[] {
  const last = COLOURS.length - 1;
  const place = Math.min(Math.max(share, 0), 1) * last;
  const from = Math.min(Math.floor(place), last - 1);
  const [below, above] = [COLOURS[from] ?? COLOURS[0], COLOURS[from + 1] ?? COLOURS[0]];
  return below.map((low, c) => Math.round(low + ((above[c] ?? low) - low) * (place - from)));
}
