import type { Frames } from '@borealis/dataset';
import { createRandom } from '@borealis/tensor';

/** Frames of soft gradients with a rectangle that moves, drawn with a seed. */
export function movingPicture(
  seed: number,
  { count = 17, height = 32, width = 48 }: { count?: number; height?: number; width?: number } = {},
): Frames {
  const random = createRandom(seed);
  const wave = Array.from({ length: 3 }, () => ({
    phase: 6 * random.uniform(),
    x: random.uniform() / 8,
    y: random.uniform() / 8,
    base: 60 + 120 * random.uniform(),
  }));
  const box = { x: width * random.uniform(), y: height * random.uniform(), speed: random.normal() };
  const colour = wave.map(() => 255 * random.uniform());
  const data = new Uint8Array(count * height * width * 3);
  let i = 0;
  for (let t = 0; t < count; t++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = Math.abs(x - box.x - box.speed * t) < 7 && Math.abs(y - box.y) < 6;
        for (const [c, { phase, base, x: u, y: v }] of wave.entries()) {
          const background = base + 50 * Math.sin(phase + u * x + v * y + 0.02 * t);
          data[i++] = Math.round(inside ? (colour[c] ?? 0) : background);
        }
      }
    }
  }
  return { data, count, height, width };
}

/** Mean squared error of bytes. */
export function errorOf(found: ArrayLike<number>, expected: Uint8Array): number {
  return expected.reduce((sum, value, i) => sum + (value - (found[i] ?? NaN)) ** 2, 0) / expected.length;
}
