import { describe, expect, it } from 'vitest';
import { framePsnr } from './frame-psnr.ts';
import { createMeanAccumulator } from './mean-accumulator.ts';
import { createPsnrAccumulator } from './psnr-accumulator.ts';
import { roundToBytes } from './round-to-bytes.ts';

const frames = (...values: number[]) => ({ data: Uint8Array.from(values), count: 2, height: 1, width: 1 });

describe('framePsnr', () => {
  it('is the mean of the frames’ dB, with the pooled one beside it', () => {
    const score = framePsnr(frames(10, 10, 10, 20, 20, 20), frames(11, 11, 11, 30, 30, 30));
    const [first, second] = [20 * Math.log10(255), 20 * Math.log10(25.5)];
    expect([...score.perFrame]).toEqual([expect.closeTo(first, 10), expect.closeTo(second, 10)]);
    expect(score.mean).toBeCloseTo((first + second) / 2, 10);
    expect(score.pooled).toBeCloseTo(10 * Math.log10(255 ** 2 / 50.5), 10);
  });

  it('rounds floats to 8 bits first, halves to even, clamped', () => {
    expect([...roundToBytes(Float32Array.of(-3, 0.5, 1.5, 2.4999, 254.6, 300, Infinity))]).toEqual([
      0, 0, 2, 2, 255, 255, 255,
    ]);
    const predicted = { data: Float32Array.of(10.4, 9.6, 10), height: 1, width: 1 };
    expect(framePsnr(predicted, { data: Uint8Array.of(10, 10, 10), height: 1, width: 1 }).identical).toBe(1);
    expect(() => roundToBytes(Float32Array.of(0, NaN))).toThrow('value 1 of 2 is NaN');
  });

  it('is infinite for identical frames unless a ceiling is set', () => {
    const same = frames(1, 2, 3, 4, 5, 6);
    expect(framePsnr(same, same)).toMatchObject({ mean: Infinity, pooled: Infinity, identical: 2 });
    expect(framePsnr(same, same, { ceiling: 100 }).mean).toBe(100);
  });

  it('refuses frames of another shape, saying which', () => {
    const target = frames(1, 2, 3, 4, 5, 6);
    expect(() => framePsnr({ ...target, count: 1, width: 2 }, target)).toThrow(
      /\[t 1, h 1, w 2, c 3\].*count differs/,
    );
    expect(() => framePsnr({ ...target, count: 3 }, target)).toThrow(/hold 6 values.*asks for 9/);
    const empty = { data: new Uint8Array(0), count: 0, height: 4, width: 4 };
    expect(() => framePsnr(empty, empty)).toThrow(/empty/);
  });
});

describe('accumulators', () => {
  it('PSNR: streaming and merging equal doing it at once', () => {
    const [a, b] = [frames(1, 2, 3, 40, 50, 60), frames(3, 2, 1, 44, 50, 66)];
    const [c, d] = [frames(9, 9, 9, 0, 0, 0), frames(7, 7, 7, 1, 0, 0)];
    const [one, two] = [createPsnrAccumulator(), createPsnrAccumulator()];
    expect(one.add(a, b)).toBeCloseTo(framePsnr(a, b).mean, 12);
    two.add(c, d);
    one.merge(structuredClone(two.state()));
    const join = (x: typeof a, y: typeof a) => ({
      ...x,
      data: Uint8Array.from([...x.data, ...y.data]),
      count: 4,
    });
    const whole = framePsnr(join(a, c), join(b, d));
    expect(one.result().mean).toBeCloseTo(whole.mean, 12);
    expect(one.result().pooled).toBeCloseTo(whole.pooled, 12);
    expect(one.result().frames).toBe(4);
    expect(() => createPsnrAccumulator().result()).toThrow(/no frame/);
  });

  it('means: merging equals streaming, also far from 0', () => {
    const values = [1e9 + 1, 1e9 + 4, 1e9 + 9, 1e9 + 2, 1e9 + 7];
    const whole = createMeanAccumulator();
    const [left, right] = [createMeanAccumulator(), createMeanAccumulator()];
    values.forEach((value, i) => {
      whole.add(value);
      (i < 2 ? left : right).add(value);
    });
    left.merge(right.state());
    left.merge(createMeanAccumulator().state());
    expect(left.mean).toBeCloseTo(1e9 + 4.6, 6);
    expect(left.deviation).toBeCloseTo(Math.sqrt(11.3), 6);
    expect(whole.deviation).toBeCloseTo(left.deviation, 6);
    expect(createMeanAccumulator().mean).toBeNaN();
    expect(() => whole.add(NaN)).toThrow('value 6 of the mean is NaN');
  });
});
