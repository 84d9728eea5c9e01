import { expect, test } from 'vitest';
import { deviationMap } from './deviation-map.ts';
import { createFrameMoments } from './frame-moments.ts';
import type { FrameMoments } from './frame-moments.ts';
import type { FloatFrames } from './frames.ts';
import { createNormals, row } from './pixels.test.fixture.ts';

const normal = createNormals(1);
const samples = Array.from({ length: 23 }, () =>
  row(...Array.from({ length: 12 }, (_, i) => 100 * i + normal() * i)),
);

function momentsOf(frames: readonly FloatFrames[]): FrameMoments {
  const moments = createFrameMoments();
  for (const frame of frames) moments.add(frame);
  return moments.state();
}

/** Mean first, then squared differences from it. */
function inTwoPasses(frames: readonly FloatFrames[], i: number): { mean: number; squares: number } {
  const values = frames.map(({ data }) => data[i] ?? NaN);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

function expectSame(got: FrameMoments, frames: readonly FloatFrames[]): void {
  expect(got.samples).toBe(frames.length);
  got.mean.forEach((mean, i) => {
    const want = inTwoPasses(frames, i);
    expect(Math.abs(mean - want.mean)).toBeLessThanOrEqual(1e-13 * 1200);
    expect(Math.abs((got.squares[i] ?? NaN) - want.squares)).toBeLessThanOrEqual(1e-12 * (1 + want.squares));
  });
}

test('one after the other, backwards, and in any division among workers: the same moments', () => {
  expectSame(momentsOf(samples), samples);
  expectSame(momentsOf(samples.toReversed()), samples);
  for (const cuts of [
    [0, 1, 23],
    [0, 7, 8, 20, 23],
    [0, 22, 23],
  ]) {
    const parts = cuts.slice(1).map((to, i) => momentsOf(samples.slice(cuts[i], to)));
    const together = createFrameMoments();
    for (const part of parts.toReversed()) together.merge(structuredClone(part));
    expectSame(together.state(), samples);
  }
  const mixed = createFrameMoments();
  for (const sample of samples.slice(0, 5)) mixed.add(sample);
  mixed.merge(momentsOf(samples.slice(5, 9)));
  for (const sample of samples.slice(9)) mixed.add(sample);
  expectSame(mixed.state(), samples);
  expect(mixed.result().data).toEqual(Float32Array.from(mixed.state().mean));
});

test('what is given and returned is nobody else’s', () => {
  const sample = row(1, 2, 3);
  const moments = createFrameMoments();
  moments.add(sample);
  sample.data.fill(9);
  const state = moments.state();
  moments.add(row(3, 2, 1));
  expect([...state.mean]).toEqual([1, 2, 3]);
  expect([...moments.state().mean]).toEqual([2, 2, 2]);
});

test('deviationMap: divisor N − 1, root mean square over colours', () => {
  const moments = momentsOf([row(0, 0, 0, 5, 5, 5), row(2, 4, 0, 5, 5, 5)]);
  expect([...deviationMap(moments).data]).toEqual([Math.fround(Math.sqrt((2 + 8) / 3)), 0]);
  expect(deviationMap(moments)).toMatchObject({ count: 1, height: 1, width: 2 });
});

test('says what is missing or does not fit', () => {
  const moments = createFrameMoments();
  expect(() => moments.state()).toThrow(/no sample/);
  expect(() => moments.result()).toThrow(/no sample/);
  moments.add(row(1, 2, 3));
  expect(() => deviationMap(moments.state())).toThrow(/two samples or more/);
  expect(() => {
    moments.add(row(1, 2, 3, 4, 5, 6));
  }).toThrow(/w 2.*w 1/);
  const state = moments.state();
  for (const [bad, message] of [
    [{ ...state, samples: 0 }, /0 samples/],
    [{ ...state, samples: NaN }, /NaN samples/],
    [{ ...state, squares: new Float64Array(2) }, /hold 2 values/],
    [momentsOf([row(1, 2, 3, 4, 5, 6)]), /w 2.*w 1/],
  ] as const) {
    expect(() => {
      moments.merge(bad);
    }).toThrow(message);
  }
  expect(moments.samples).toBe(1);
});
