import { frameAt } from './frames.ts';
import type { Frames } from './frames.ts';

export type Rgb = readonly [number, number, number];

/** One RGB picture to draw on: `data: [h w 3]`. */
export interface Canvas {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

export function createCanvas(width: number, height: number, background: Rgb): Canvas {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3] ?? 0;
  return { data, height, width };
}

/** Copies a frame onto the canvas; it must fit. */
export function drawFrame(canvas: Canvas, frames: Frames, place: { index: number; x: number; y: number }): void {
  const frame = frameAt(frames, place.index);
  for (let row = 0; row < frame.height; row++) {
    const source = frame.data.subarray(row * frame.width * 3, (row + 1) * frame.width * 3);
    canvas.data.set(source, ((place.y + row) * canvas.width + place.x) * 3);
  }
}
