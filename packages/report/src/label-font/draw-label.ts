import { inflateRawSync } from 'node:zlib';
import type { Canvas, Rgb } from '../canvas.ts';
import { GLYPH_CHARACTERS, GLYPH_COVERAGE, GLYPH_HEIGHT, GLYPH_WIDTH } from './glyphs.ts';

const characters = Array.from(GLYPH_CHARACTERS);
const unknown = characters.indexOf('?');
let coverage: Uint8Array | undefined;

/** Pixels that a line of text takes. */
export function labelSize(text: string): { width: number; height: number } {
  return { width: Array.from(text).length * GLYPH_WIDTH, height: GLYPH_HEIGHT };
}

/**
 * Writes a line of text with the glyphs that come with the package, so that it looks the same on a machine without
 * fonts. Characters without a glyph become "?"; what doesn't fit into `maxWidth` ends in "…".
 */
export function drawLabel(
  canvas: Canvas,
  text: string,
  place: { readonly x: number; readonly y: number; readonly color: Rgb; readonly maxWidth?: number },
): void {
  coverage ??= new Uint8Array(inflateRawSync(Buffer.from(GLYPH_COVERAGE, 'base64')));
  const room = Math.max(0, Math.floor(Math.min(place.maxWidth ?? Infinity, canvas.width - place.x) / GLYPH_WIDTH));
  const all = Array.from(text);
  const shown = all.length <= room ? all : [...all.slice(0, Math.max(0, room - 1)), ...(room > 0 ? ['…'] : [])];
  const atlasWidth = characters.length * GLYPH_WIDTH;
  shown.forEach((character, i) => {
    const found = characters.indexOf(character);
    const left = (found < 0 ? unknown : found) * GLYPH_WIDTH;
    for (let row = 0; row < GLYPH_HEIGHT && place.y + row < canvas.height; row++) {
      for (let column = 0; column < GLYPH_WIDTH; column++) {
        const alpha = (coverage?.[row * atlasWidth + left + column] ?? 0) / 255;
        if (alpha === 0) continue;
        const at = ((place.y + row) * canvas.width + place.x + i * GLYPH_WIDTH + column) * 3;
        for (let c = 0; c < 3; c++) {
          canvas.data[at + c] = Math.round((1 - alpha) * (canvas.data[at + c] ?? 0) + alpha * (place.color[c] ?? 0));
        }
      }
    }
  });
}
