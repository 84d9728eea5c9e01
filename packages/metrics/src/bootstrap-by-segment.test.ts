import { describe, expect, it } from 'vitest';
import { bootstrapBySegment } from './bootstrap-by-segment.ts';
import { pairedDifferenceBySegment } from './paired-difference-by-segment.ts';

const seed = 7;
/** Windows that agree inside their segment: only the number of segments is information. */
const clustered = (segments: number, windows: number) =>
  Array.from({ length: segments * windows }, (_, i) => {
    const segment = Math.floor(i / windows);
    return { segment, value: Math.sin(segment * 12.9898) };
  });

describe('bootstrapBySegment', () => {
  it('resamples segments, not windows: more windows of the same segments narrow nothing', () => {
    const [few, many] = [1, 50].map((windows) =>
      bootstrapBySegment({ values: clustered(20, windows), seed }),
    );
    expect(many?.low).toBeCloseTo(few?.low ?? NaN, 10);
    expect(many?.high).toBeCloseTo(few?.high ?? NaN, 10);
    expect(many).toMatchObject({ segments: 20, count: 1000 });
  });

  it('is near the normal interval where that holds', () => {
    const values = clustered(200, 1);
    const { mean, low, high } = bootstrapBySegment({ values, seed });
    const deviation = Math.sqrt(
      values.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / values.length,
    );
    const half = (1.96 * deviation) / Math.sqrt(values.length);
    expect(low).toBeCloseTo(mean - half, 1.5);
    expect(high).toBeCloseTo(mean + half, 1.5);
    expect((high - low) / (2 * half)).toBeGreaterThan(0.9);
    expect((high - low) / (2 * half)).toBeLessThan(1.1);
  });

  it('weighs a segment by its windows', () => {
    const values = [1, 1, 1].map((value) => ({ segment: 'a', value })).concat({ segment: 'b', value: 5 });
    const interval = bootstrapBySegment({ values, seed });
    expect(interval).toMatchObject({ mean: 2, low: 1, high: 5 });
  });

  it('gives the same for the same seed, other for another', () => {
    const values = clustered(30, 2);
    expect(bootstrapBySegment({ values, seed })).toEqual(bootstrapBySegment({ values, seed }));
    expect(bootstrapBySegment({ values, seed: 8 }).low).not.toBe(bootstrapBySegment({ values, seed }).low);
  });

  it('transforms the mean and its interval', () => {
    const values = clustered(30, 2);
    const plain = bootstrapBySegment({ values, seed });
    const falling = bootstrapBySegment({ values, seed, transform: (mean) => -mean });
    expect(falling.mean).toBe(-plain.mean);
    expect(falling.low).toBeCloseTo(-plain.high, 10);
  });

  it('claims nothing from one segment, and refuses none or infinite values', () => {
    expect(bootstrapBySegment({ values: clustered(1, 9), seed })).toMatchObject({
      low: -Infinity,
      high: Infinity,
    });
    expect(() => bootstrapBySegment({ values: [], seed })).toThrow(/no values/);
    expect(() => bootstrapBySegment({ values: [{ segment: '3/1', value: Infinity }], seed })).toThrow(
      /segment 3\/1 is Infinity/,
    );
    expect(() => bootstrapBySegment({ values: clustered(2, 1), seed, resamples: 0 })).toThrow(/resamples 0/);
  });
});

describe('pairedDifferenceBySegment', () => {
  it('sees a small difference that the two intervals hide', () => {
    const second = clustered(20, 3);
    const first = second.map(({ segment, value }, i) => ({
      segment,
      value: value + 0.01 + 0.002 * Math.sin(i),
    }));
    const difference = pairedDifferenceBySegment({ first, second, seed });
    expect(difference.mean).toBeCloseTo(0.01, 3);
    expect(difference.excludesZero).toBe(true);
    const alone = bootstrapBySegment({ values: first, seed });
    expect(alone.high - alone.low).toBeGreaterThan(10 * (difference.high - difference.low));
    expect(pairedDifferenceBySegment({ first: second, second, seed }).excludesZero).toBe(false);
  });

  it('refuses values of other windows', () => {
    const second = clustered(3, 1);
    expect(() => pairedDifferenceBySegment({ first: second.slice(1), second, seed })).toThrow(
      '2 values against 3',
    );
    expect(() => pairedDifferenceBySegment({ first: second.toReversed(), second, seed })).toThrow(
      /value 0 is of segment 2/,
    );
  });
});
