import { describe, expect, it } from 'vitest';
import { gaussianBlur } from './gaussian-blur.ts';

const [height, width] = [5, 7];
const frame = {
  data: Uint8Array.from({ length: height * width * 3 }, (_, i) => (i * i * 31 + i * 7) % 256),
  count: 1,
  height,
  width,
};
const at = (data: Float32Array, y: number, x: number, c: number) => data[(y * width + x) * 3 + c];

/** scipy 1.17: gaussian_filter(x, sigma=(s, s, 0)) at (0,0,0), (0,6,1), (2,3,2), (4,6,2), (4,0,1), and Σ y². */
const SCIPY: [number, number[], number][] = [
  [0.8, [66.0874, 111.3801, 110.1042, 111.6879, 82.2409], 1900744.45],
  [1.5, [97.5756, 144.2809, 120.3199, 94.1349, 86.5605], 1821358.54],
  [3.0, [124.8288, 135.9035, 129.7343, 114.3861, 97.276], 1772496.52],
];

describe('gaussianBlur', () => {
  it.each(SCIPY)(
    'has scipy’s values for sigma %d, also where the window is longer than the picture',
    (sigma, points, squares) => {
      const { data } = gaussianBlur(frame, sigma);
      const got = [
        at(data, 0, 0, 0),
        at(data, 0, 6, 1),
        at(data, 2, 3, 2),
        at(data, 4, 6, 2),
        at(data, 4, 0, 1),
      ];
      got.forEach((value, i) => expect(value).toBeCloseTo(points[i] ?? NaN, 3));
      expect(data.reduce((sum, value) => sum + value * value, 0) / squares).toBeCloseTo(1, 6);
    },
  );

  it('keeps brightness, treats frames alone, takes floats, and changes nothing at 0', () => {
    const two = { ...frame, data: Uint8Array.from([...frame.data, ...frame.data.toReversed()]), count: 2 };
    const blurred = gaussianBlur(two, 1.2).data;
    expect([...blurred.subarray(0, frame.data.length)]).toEqual([...gaussianBlur(frame, 1.2).data]);
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);
    expect(sum(blurred)).toBeCloseTo(sum(two.data), 0);
    const float = { ...frame, data: Float32Array.from(frame.data) };
    expect(gaussianBlur(float, 1.2).data).toEqual(gaussianBlur(frame, 1.2).data);
    expect(gaussianBlur(float, 0).data).toEqual(float.data);
    expect(float.data).toEqual(Float32Array.from(frame.data));
  });

  it('refuses senseless sigmas and shapes', () => {
    for (const sigma of [-1, NaN, Infinity])
      expect(() => gaussianBlur(frame, sigma)).toThrow(/expected a number from 0/);
    expect(() => gaussianBlur({ ...frame, width: 8 }, 1)).toThrow(/hold 105 values.*asks for 120/);
  });
});
