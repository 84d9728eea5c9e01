import { expect, test } from 'vitest';
import { scheduleOf } from '../loop/schedule-of.ts';
import { constantSchedule, warmupCosineSchedule, warmupLinearSchedule } from './schedule.ts';

test('constant', () => {
  expect([0, 1, 1e6].map(constantSchedule(3))).toEqual([3, 3, 3]);
});

test('warm-up and linear decay start and end at 0', () => {
  const schedule = warmupLinearSchedule({ peak: 8, warmup: 2, total: 6 });
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(schedule)).toEqual([0, 4, 8, 6, 4, 2, 0, 0]);
  expect([0, 1, 2].map(warmupLinearSchedule({ peak: 8, warmup: 0, total: 2 }))).toEqual([8, 4, 0]);
});

test('warm-up and cosine decay: from a part of the peak to the floor', () => {
  const schedule = warmupCosineSchedule({ peak: 8, warmup: 2, total: 6, floor: 0.5 });
  expect([0, 1, 2].map(schedule)).toEqual([4, 8, 8]);
  expect(schedule(4)).toBeCloseTo(6);
  expect([6, 100].map(schedule)).toEqual([4, 4]);
});

test('by configuration, to the end of training', () => {
  const linear = scheduleOf({ steps: 6, schedule: { kind: 'warmup-linear', peak: 8, warmup: 2 } });
  expect(linear(5)).toBe(2);
  const cosine = scheduleOf({ steps: 6, schedule: { kind: 'warmup-cosine', peak: 8, warmup: 2, floor: 0 } });
  expect(cosine(6)).toBeCloseTo(0);
  expect(scheduleOf({ steps: 6, schedule: { kind: 'constant', rate: 2 } })(5)).toBe(2);
});
