import { describe, expect, it } from 'vitest';
import { contextMean } from './context-mean.ts';
import { createFrameMean, meanFrames } from './mean-frames.ts';
import { roundFrames } from './round-frames.ts';
import { tuneBlur } from './tune-blur.ts';
import { gaussianBlur } from './gaussian-blur.ts';

const bytes = (...values: number[]) => ({ data: Uint8Array.from(values), count: 1, height: 1, width: 1 });
const floats = (...values: number[]) => ({ data: Float32Array.from(values), count: 1, height: 1, width: 1 });

describe('meanFrames', () => {
  it('averages in float and rounds last', () => {
    const mean = meanFrames([bytes(0, 1, 2), bytes(1, 1, 255), floats(0.25, 0, 3)]);
    expect([...mean.data]).toEqual([Math.fround(1.25 / 3), Math.fround(2 / 3), Math.fround(260 / 3)]);
    expect([...roundFrames(mean).data]).toEqual([0, 1, 87]);
    // each rounded first would give 0 + 1 + 1: another mean
    expect([
      ...roundFrames(meanFrames([floats(0.4, 0, 0), floats(0.6, 0, 0), floats(0.6, 0, 0)])).data,
    ]).toEqual([1, 0, 0]);
    expect([...roundFrames(floats(-4, 0.5, 400)).data]).toEqual([0, 0, 255]);
  });

  it('streams: the result after each sample', () => {
    const mean = createFrameMean();
    expect(() => mean.result()).toThrow(/no sample/);
    mean.add(bytes(10, 20, 30));
    expect([...mean.result().data]).toEqual([10, 20, 30]);
    mean.add(bytes(20, 20, 20));
    expect([...mean.result().data]).toEqual([15, 20, 25]);
    expect(mean.samples).toBe(2);
    expect(() => mean.add({ ...bytes(1, 2, 3, 4, 5, 6), width: 2 })).toThrow(/sample 2 .*w 2.*w 1/);
    expect(mean.samples).toBe(2);
    expect(() => meanFrames([])).toThrow(/no sample/);
    expect(() => roundFrames(floats(0, NaN, 0))).toThrow('value 1 of 3 is NaN');
  });
});

it('contextMean averages over time into one frame', () => {
  const context = { data: Uint8Array.of(0, 10, 20, 100, 30, 21), count: 2, height: 1, width: 1 };
  expect(contextMean(context)).toEqual({ ...floats(50, 20, 20.5), count: 1 });
  expect(() => contextMean({ ...context, data: new Uint8Array(0), count: 0 })).toThrow(/no frames/);
});

describe('tuneBlur', () => {
  const side = 16;
  const frames = {
    data: Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * i * 31 + i * 7) % 256),
    count: 1,
    height: side,
    width: side,
  };

  it('finds the blur that the target was made with', () => {
    const targets = roundFrames(gaussianBlur(frames, 1.5));
    const tuned = tuneBlur({ frames, targets, sigmas: [0, 0.5, 1, 1.5, 2, 4] });
    expect(tuned.sigma).toBe(1.5);
    expect(tuned.scores).toHaveLength(6);
    expect(tuned.psnr).toBe(tuned.scores[3]?.psnr);
    expect(Number.isFinite(tuned.psnr)).toBe(true);
  });

  it('takes no blur where that is best, and says what is missing', () => {
    expect(tuneBlur({ frames, targets: frames, sigmas: [2, 0, 1] }).sigma).toBe(0);
    expect(() => tuneBlur({ frames, targets: frames, sigmas: [] })).toThrow(/no sigmas/);
    expect(() =>
      tuneBlur({ frames, targets: { ...frames, height: side / 2, width: side * 2 }, sigmas: [1] }),
    ).toThrow(/frames and targets.*h 16.*h 8/);
  });
});
