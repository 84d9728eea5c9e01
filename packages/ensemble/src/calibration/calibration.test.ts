import { expect, test } from 'vitest';
import { createFrameMoments } from '../frame-moments.ts';
import type { FrameMoments } from '../frame-moments.ts';
import type { Frames } from '../frames.ts';
import { createNormals, row } from '../pixels.test.fixture.ts';
import { createCalibration } from './calibration.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { noCounts, SCALE_STEPS } from './spread-error-counts.ts';

const WIDTH = 600;

/** Samples whose deviation rises from left to right, and a truth that differs by `wrong` times as much. */
function forecast(seed: number, { samples = 5, wrong = 1 } = {}): [FrameMoments, Frames] {
  const normal = createNormals(seed);
  const draw = (times: number) =>
    row(
      ...Array.from({ length: WIDTH * 3 }, (_, i) => 128 + normal() * times * (1 + (30 * i) / (WIDTH * 3))),
    );
  const moments = createFrameMoments();
  for (let i = 0; i < samples; i++) moments.add(draw(1));
  const truth = draw(wrong);
  return [moments.state(), { ...truth, data: Uint8Array.from(truth.data, Math.round) }];
}

function calibrated(options: { samples?: number; wrong?: number }) {
  const calibration = createCalibration();
  for (let seed = 1; seed <= 8; seed++) calibration.add(...forecast(seed, options));
  return calibration.result();
}

test.each([2, 5, 20])('a truth that is like %d samples: calibrated', (samples) => {
  const result = calibrated({ samples });
  expect(result.pixels).toBe(8 * WIDTH);
  expect(result.errorOverDeviation).toBeGreaterThan(0.95);
  expect(result.errorOverDeviation).toBeLessThan(1.05);
  expect(result.rankCorrelation).toBeGreaterThan(0.4);
});

test('bins of many samples lie on the diagonal, those of samples that agree too much above', () => {
  const honest = calibrated({ samples: 20 });
  expect(honest.bins).toHaveLength(10);
  for (const { pixels, deviation, error } of honest.bins) {
    expect(Math.abs(pixels - (8 * WIDTH) / 10)).toBeLessThan(100); // as far as the scale's steps allow
    expect(Math.abs(error / deviation - 1)).toBeLessThan(0.15);
  }
  expect(honest.bins.map(({ deviation }) => deviation)).toEqual(
    honest.bins.map(({ deviation }) => deviation).toSorted((a, b) => a - b),
  );
  const sure = calibrated({ samples: 20, wrong: 2 });
  expect(sure.errorOverDeviation).toBeGreaterThan(1.7);
  expect(sure.expectedCalibrationError).toBeGreaterThan(5 * honest.expectedCalibrationError);
});

test('workers’ counts merge into what one would have counted', () => {
  const [one, first, second] = [createCalibration(), createCalibration(), createCalibration()];
  for (let seed = 1; seed <= 4; seed++) {
    one.add(...forecast(seed));
    (seed % 2 === 0 ? first : second).add(...forecast(seed));
  }
  second.merge(structuredClone(first.state()));
  expect(second.state().pixels).toEqual(one.state().pixels);
  const [got, want] = [second.result({ bins: 3 }), one.result({ bins: 3 })];
  expect(got.rankCorrelation).toBe(want.rankCorrelation);
  expect(got.expectedCalibrationError).toBeCloseTo(want.expectedCalibrationError, 12);
});

test('rank correlation has scipy’s values, with ties', () => {
  const correlation = (pairs: readonly (readonly [number, number])[]) => {
    const counts = noCounts();
    for (const [deviation, error] of pairs) {
      const i = deviation * SCALE_STEPS + error;
      counts.pixels[i] = (counts.pixels[i] ?? 0) + 1;
    }
    return rankCorrelation(counts);
  };
  const rising = [[0, 3], [5, 9], [100, 200]] as const; // prettier-ignore
  expect(correlation(rising)).toBeCloseTo(1, 14);
  expect(correlation(rising.map(([a, b]) => [a, 250 - b]))).toBeCloseTo(-1, 14);
  // scipy.stats.spearmanr([1, 2, 2, 3, 5, 5], [2, 1, 4, 4, 4, 9])
  expect(correlation([[1, 2], [2, 1], [2, 4], [3, 4], [5, 4], [5, 9]])).toBeCloseTo(0.750366479376867, 12); // prettier-ignore
  expect(correlation([[1, 2], [1, 3]])).toBeNaN(); // prettier-ignore
});

test('refuses what it cannot judge', () => {
  const calibration = createCalibration();
  const [moments, truth] = forecast(1);
  expect(() => calibration.result()).toThrow(/no ensemble/);
  expect(() => {
    calibration.add({ ...moments, samples: 1 }, truth);
  }).toThrow(/two samples/);
  expect(() => {
    calibration.add(moments, { ...truth, width: WIDTH / 2, height: 2 });
  }).toThrow(/prediction and truth/);
  expect(() => {
    calibration.add({ ...moments, mean: moments.mean.with(7, NaN) }, truth);
  }).toThrow('NaN at pixel 2');
  const other = createCalibration();
  other.add(moments, truth);
  expect(() => {
    calibration.merge({ ...other.state(), squaredErrors: new Float64Array(3) });
  }).toThrow(/squaredErrors.*3 values/);
  expect(calibration.state().pixels.every((count) => count === 0)).toBe(true);
  calibration.add(moments, truth);
  for (const bins of [0, 1.5, NaN]) expect(() => calibration.result({ bins })).toThrow(/bins: expected/);
});
