/** Steps of a scale that is finer where numbers are small: 32 for each doubling of 1 + value. */
const STEPS_A_DOUBLING = 32;

/** Deviations and errors of bytes are below 256: eight doublings, and whatever lies beyond. */
export const SCALE_STEPS = 8 * STEPS_A_DOUBLING + 1;

/** Step of the scale that a deviation or error in [0, ∞) falls on. */
export function stepOf(value: number): number {
  return Math.min(Math.floor(STEPS_A_DOUBLING * Math.log2(1 + value)), SCALE_STEPS - 1);
}

/**
 * Pixels counted by what deviation was predicted and what error was made: of constant size, and sums of them are what all
 * pixels together give. Plain data, which may go from one worker to another.
 */
export interface SpreadErrorCounts {
  /** `[deviation, error]`, pixels on these steps of the scale. */
  readonly pixels: Float64Array;
  /** `[deviation]`, sums of the squared deviations and of the squared errors. */
  readonly squaredDeviations: Float64Array;
  readonly squaredErrors: Float64Array;
}

export function noCounts(): SpreadErrorCounts {
  return {
    pixels: new Float64Array(SCALE_STEPS ** 2),
    squaredDeviations: new Float64Array(SCALE_STEPS),
    squaredErrors: new Float64Array(SCALE_STEPS),
  };
}
