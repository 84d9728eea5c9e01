import type { FloatFrames } from './frames.ts';

/** One frame of one row. */
export function row(...values: number[]): FloatFrames {
  return { data: Float32Array.from(values), count: 1, height: 1, width: values.length / 3 };
}

/** Standard normals, the same at every run (mulberry32, Box and Muller). */
export function createNormals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
