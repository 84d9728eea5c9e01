/** PSNR in dB, of frames of 8 bits, peak 255. */
export interface Decibels {
  /** Mean of the frames' dB; infinite where a frame is reproduced exactly. */
  readonly mean: number;
  /** dB of the mean squared error over all frames. */
  readonly pooled: number;
}

/** Gathers the errors of frames. */
export interface FrameErrors {
  /** @param frames number of frames that both arrays, `[t h w c]`, hold */
  add(found: Uint8Array, expected: Uint8Array, frames: number): void;
  result(): Decibels;
}

export function createFrameErrors(): FrameErrors {
  let [count, sumOfErrors, sumOfDecibels] = [0, 0, 0];
  return {
    add(found, expected, frames) {
      const length = expected.length / frames;
      for (let frame = 0; frame < frames; frame++) {
        let squares = 0;
        for (let i = frame * length; i < (frame + 1) * length; i++) {
          const difference = (found[i] ?? 0) - (expected[i] ?? 0);
          squares += difference * difference;
        }
        count++;
        sumOfErrors += squares / length;
        sumOfDecibels += decibels(squares / length);
      }
    },
    result: () => ({ mean: sumOfDecibels / count, pooled: decibels(sumOfErrors / count) }),
  };
}

function decibels(meanSquaredError: number): number {
  return 10 * Math.log10(255 ** 2 / meanSquaredError);
}
