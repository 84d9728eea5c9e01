/**
 * Draws the glyphs of src/label-font/glyphs.ts: `pnpm glyphs`, on a machine with DejaVu Sans Mono. They are stored as
 * coverage so that labels need no font where the report is made.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';

const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCodePoint(32 + i)).join('') + '°±²µ·×–—…−→≈≤≥';
const [WIDTH, HEIGHT, SIZE, BASELINE] = [8, 17, 13, 13];

const escape = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
const glyphs = Array.from(CHARACTERS, (character, i) => {
  return `<text x="${i * WIDTH}" y="${BASELINE}" xml:space="preserve">${escape(character)}</text>`;
});
const width = glyphs.length * WIDTH;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}"><rect width="100%" height="100%"/>
<g fill="#fff" font-family="DejaVu Sans Mono" font-size="${SIZE}">${glyphs.join('')}</g></svg>`;
const coverage = await sharp(Buffer.from(svg)).extractChannel(0).raw().toBuffer();
const packed = deflateRawSync(coverage, { level: 9 }).toString('base64');

process.stdout.write(`/**
 * Glyphs of DejaVu Sans Mono (Bitstream Vera and Arev licences, which allow it), ${SIZE} pixels, made by scripts/make-glyphs.mjs:
 * one row of cells, 8-bit coverage, deflated, base64.
 */
export const GLYPH_CHARACTERS = ${JSON.stringify(CHARACTERS)};
export const GLYPH_WIDTH = ${WIDTH};
export const GLYPH_HEIGHT = ${HEIGHT};
export const GLYPH_COVERAGE =
${(packed.match(/.{1,100}/g) ?? []).map((line) => `  '${line}'`).join(' +\n')};
`);
