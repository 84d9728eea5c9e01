import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { FRAMES_PER_TRIPLE, GRIDS_PER_TRIPLE } from './facts.ts';
import { STATE_COUNT } from './state-names.ts';
import type { RawSegment } from './write-raw-dataset.ts';
import type { TokenizedSegment } from './write-tokenized-dataset.ts';

/** A split of the sample data: `train`, `val` or `test`. */
export function sampleSplit(split: string): string {
  return fileURLToPath(new URL(`../../../tests/sample-data/eve-sim/${split}`, import.meta.url));
}

/** An empty folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'borealis-dataset-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** States that tell frame and channel: `frame + channel / 100 + offset`. */
export function madeStates(frames: number, offset = 0): Float32Array {
  return Float32Array.from(
    { length: frames * STATE_COUNT },
    (_, i) => Math.floor(i / STATE_COUNT) + (i % STATE_COUNT) / 100 + offset,
  );
}

/** Tokens in ascending order from `first`, modulo 64,000. */
export function madeTokens(triples: number, first = 0, side = 4): TokenizedSegment {
  const count = triples * GRIDS_PER_TRIPLE;
  const data = Int32Array.from({ length: count * side * side }, (_, i) => (first + i) % 64_000);
  return {
    tokens: { data, count, height: side, width: side },
    states: madeStates(triples * FRAMES_PER_TRIPLE, first),
  };
}

/** Smooth moving pictures, which H.264 keeps well. */
export function madeFrames(count: number, shift = 0, width = 32, height = 16): RawSegment {
  const data = new Uint8Array(count * height * width * 3);
  for (let t = 0, i = 0; t < count; t++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i += 3) {
        const light = 128 + 60 * Math.sin((x + y + 2 * t) / 9 + shift);
        data.set([light, light * 0.8, 255 - light], i);
      }
    }
  }
  return { frames: { data, count, height, width }, states: madeStates(count, shift) };
}
