import { createRandom, startBackend, tf } from '@borealis/tensor';
import { beforeAll, expect, test } from 'vitest';
import type { GenieConfig } from './genie-config.ts';
import { maskBatch } from './mask-batch.ts';
import { tinyGenie } from './tiny-genie.test.fixture.ts';

beforeAll(async () => {
  await startBackend();
});

const sequence = Int32Array.from({ length: tinyGenie.timeSteps * tinyGenie.places }, (_, i) => i % 16);

/** Codes that the model sees, grid by grid, over many seeds. */
function seen(changes: Partial<GenieConfig>): number[][][] {
  const config = { ...tinyGenie, ...changes };
  return Array.from({ length: 60 }, (_, seed) => {
    const { inputs, labels } = maskBatch(config, [sequence, sequence], createRandom(seed));
    expect(labels.dataSync()).toEqual(Int32Array.from([...sequence, ...sequence]));
    const [first = []] = inputs.arraySync() as number[][][];
    tf.dispose([inputs, labels]);
    return first;
  });
}

const truth = (t: number) => [...sequence.slice(t * tinyGenie.places, (t + 1) * tinyGenie.places)];
const open = (grid: readonly number[]) => grid.filter((code) => code !== tinyGenie.codes);

test('masks any grid but the first, in part, and nothing else where nothing is corrupted', () => {
  const all = seen({ maxCorruptRate: 0, lateMaskRatio: 0 });
  const masked = [0, 0, 0, 0];
  for (const grids of all) {
    grids.forEach((grid, t) => {
      masked[t] = (masked[t] ?? 0) + grid.length - open(grid).length;
      grid.forEach((code, i) => {
        if (code !== tinyGenie.codes) expect(code).toBe(truth(t)[i]);
      });
    });
  }
  const [first = NaN, ...later] = masked.map((count) => count / (60 * tinyGenie.places));
  expect(first).toBe(0);
  for (const share of later) expect(Math.abs(share - 2 / Math.PI)).toBeLessThan(0.15); // the mean of the cosine
});

test('late masks leave the prompt alone, and spoil what comes after it', () => {
  const all = seen({ maxCorruptRate: 0, lateMaskRatio: 1 });
  const wrong = [0, 0, 0, 0];
  for (const grids of all) {
    grids.forEach((grid, t) => {
      const spoilt = grid.filter((code, i) => code !== tinyGenie.codes && code !== truth(t)[i]).length;
      wrong[t] = (wrong[t] ?? 0) + spoilt;
      if (t < tinyGenie.promptGrids) expect(grid).toEqual(truth(t));
    });
  }
  expect(wrong.slice(0, 2)).toEqual([0, 0]);
  expect(wrong[3]).toBeGreaterThan(0);
});

test('corruption replaces digits everywhere, by codes that exist', () => {
  const all = seen({ maxCorruptRate: 1, lateMaskRatio: 0 });
  const firsts = all.map(([first = []]) => first.filter((code, i) => code !== truth(0)[i]).length);
  const share = firsts.reduce((a, b) => a + b) / (60 * tinyGenie.places);
  expect(share).toBeGreaterThan(0.3); // digits at a mean rate of ½, and a fourth of the draws hit the truth
  for (const grids of all) {
    for (const code of grids.flat()) expect(code >= 0 && code <= tinyGenie.codes).toBe(true);
  }
});

test('something is masked in every batch, and the same for the same seed', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { inputs } = maskBatch({ ...tinyGenie, places: 1 }, [sequence], createRandom(seed));
    expect(inputs.dataSync()).toContain(tinyGenie.codes);
  }
  expect(seen({})).toEqual(seen({}));
});
