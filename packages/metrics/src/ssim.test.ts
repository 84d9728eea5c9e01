import { describe, expect, it } from 'vitest';
import { multiScaleSsim } from './ms-ssim.ts';
import { ssim } from './ssim.ts';

const waves = (side: number, shift: number) => ({
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => 128 + 90 * Math.sin((i + shift) / 17)),
  height: side,
  width: side,
});

describe('ssim', () => {
  it('is 1 for equal frames, and per frame otherwise', () => {
    const [a, b] = [waves(32, 0), waves(32, 9)];
    expect(ssim(a, a).mean).toBeCloseTo(1, 12);
    const both = { ...a, data: Uint8Array.from([...a.data, ...b.data]), count: 2 };
    const target = { ...both, data: Uint8Array.from([...a.data, ...a.data]) };
    const score = ssim(both, target);
    expect(score.perFrame[0]).toBeCloseTo(1, 12);
    expect(score.perFrame[1]).toBeCloseTo(ssim(b, a).mean, 12);
    expect(score.map).toHaveLength(both.data.length);
  });

  it('asks for what it can’t know', () => {
    const a = waves(32, 0);
    const float = { ...a, data: Float32Array.from(a.data) };
    expect(() => ssim(float, float)).toThrow(/without dataRange/);
    expect(() => ssim(a, a, { dataRange: 0 })).toThrow(/expected a positive/);
    expect(ssim(float, float, { dataRange: 255 }).mean).toBeCloseTo(1, 6);
    expect(() => ssim(waves(10, 0), waves(10, 1))).toThrow(/at least 11 pixels/);
    const broken = { ...float, data: float.data.map((v, i) => (i === 5 ? NaN : v)) };
    expect(() => ssim(broken, float, { dataRange: 255 })).toThrow(/NaN or infinity/);
  });
});

describe('multiScaleSsim', () => {
  it('refuses small frames unless told the scales, and then has another name', () => {
    const [a, b] = [waves(64, 0), waves(64, 3)];
    expect(() => multiScaleSsim(a, b)).toThrow(
      /5 scales needs at least 176 pixels a side. Ask for scales: 3/,
    );
    expect(multiScaleSsim(a, b, { scales: 3 }).name).toBe('MS-SSIM (3 scales)');
    expect(multiScaleSsim(a, b, { scales: 1 }).mean).toBeCloseTo(
      ssim(a, b, { form: 'torchmetrics' }).mean,
      12,
    );
    expect(() => multiScaleSsim(a, b, { scales: 6 })).toThrow(/from 1 to 5/);
    const side = 176;
    expect(multiScaleSsim(waves(side, 0), waves(side, 0))).toMatchObject({
      name: 'MS-SSIM',
      mean: expect.closeTo(1, 12),
    });
  });
});
