import type { Frames } from './frames.ts';

/** Smooth moving colours, for tests. */
export function movingColors(count: number, height: number, width: number): Frames {
  const data = new Uint8Array(count * height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const [c, x] = [i % 3, Math.floor(i / 3) % width];
    const [y, t] = [Math.floor(i / (3 * width)) % height, Math.floor(i / (3 * width * height))];
    data[i] = 128 + 100 * Math.sin(x / (7 + c) + y / 11 + t / 5);
  }
  return { data, count, height, width };
}
