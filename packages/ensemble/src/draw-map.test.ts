import { expect, test } from 'vitest';
import { drawMap } from './draw-map.ts';
import { errorMap } from './error-map.ts';
import { row } from './pixels.test.fixture.ts';

test('errors of pixels, drawn from black to pale yellow', () => {
  const map = errorMap(row(0, 0, 0, 10, 10, 10, 90, 9, 9), row(0, 0, 0, 13, 6, 10, 9, 9, 9));
  expect([...map.data]).toEqual([0, Math.sqrt(25 / 3), Math.sqrt(27 * 81)].map(Math.fround));
  const { data, ...shape } = drawMap(map, { most: 40 });
  expect(shape).toEqual({ count: 1, height: 1, width: 3 });
  const [first, second, third] = [data.subarray(0, 3), data.subarray(3, 6), data.subarray(6)];
  expect([...first]).toEqual([0, 0, 4]);
  expect([...third]).toEqual([252, 255, 164]);
  expect(second[0]).toBeGreaterThan(first[0] ?? NaN);
  const half = drawMap({ ...shape, data: Float32Array.of(0, 20, 40) }, { most: 40 });
  expect([...half.data.subarray(3, 6)]).toEqual([188, 55, 84]);
});

test('refuses what cannot be drawn', () => {
  const map = { data: Float32Array.of(1, NaN), count: 1, height: 1, width: 2 };
  expect(() => drawMap(map, { most: 1 })).toThrow('value 1 of 2 of the map is NaN');
  for (const most of [0, NaN, Infinity]) expect(() => drawMap(map, { most })).toThrow(/most is/);
  expect(() => errorMap(row(1, 2, 3), row(1, 2, 3, 4, 5, 6))).toThrow(/prediction and truth/);
});
