import { EnsembleError } from './ensemble-error.ts';
import type { FrameEnsemble } from './frame-ensemble.ts';
import { checkFrames, checkSameShape, checkSize } from './frames.ts';
import type { FloatFrames, Shape } from './frames.ts';

/** What is kept of any number of samples: plain data, which may go from one worker to another. */
export interface FrameMoments extends Shape {
  readonly samples: number;
  /** `[t h w 3]`, mean over samples. */
  readonly mean: Float64Array;
  /** `[t h w 3]`, sum over samples of squared differences from that mean. */
  readonly squares: Float64Array;
}

/** Mean and deviation of samples, in memory that doesn't grow with their number; `result()` is the mean. */
export interface FrameMomentsAccumulator extends FrameEnsemble {
  /**
   * Takes in what another accumulator holds, as if its samples had been added here.
   * @throws {EnsembleError} `shape-mismatch`; `out-of-range` for a number of samples that is none
   */
  merge(other: FrameMoments): void;
  /**
   * What has been taken in so far, for `merge` and for what is computed from it. A copy.
   * @throws {EnsembleError} `empty` before the first sample
   */
  state(): FrameMoments;
}

/**
 * Mean and squared differences by Welford's recurrence, merged by Chan, Golub and LeVeque's (1983), in 64 bits: equal to
 * what all samples together give but for rounding, in whatever order and division they come.
 */
export function createFrameMoments(): FrameMomentsAccumulator {
  let shape: Shape | undefined;
  let mean = new Float64Array(0);
  let squares = new Float64Array(0);
  let samples = 0;

  const begin = ({ count, height, width }: Shape, size: number) => {
    mean = new Float64Array(size);
    squares = new Float64Array(size);
    shape = { count, height, width };
    return shape;
  };
  const held = (): Shape => {
    if (shape === undefined) throw new EnsembleError('empty', 'no sample was added: there is no mean yet.');
    return shape;
  };

  return {
    get samples() {
      return samples;
    },
    add(sample) {
      checkFrames(sample);
      const { data } = sample;
      checkSameShape(sample, shape ?? begin(sample, data.length), `sample ${samples} against the first`);
      samples++;
      for (let i = 0; i < mean.length; i++) {
        const value = data[i] ?? 0;
        const old = mean[i] ?? 0;
        const next = old + (value - old) / samples;
        mean[i] = next;
        squares[i] = (squares[i] ?? 0) + (value - old) * (value - next);
      }
    },
    merge(other) {
      checkMoments(other);
      checkSameShape(other, shape ?? begin(other, other.mean.length), 'merged samples against those here');
      const total = samples + other.samples;
      const share = other.samples / total;
      for (let i = 0; i < mean.length; i++) {
        const difference = (other.mean[i] ?? 0) - (mean[i] ?? 0);
        mean[i] = (mean[i] ?? 0) + difference * share;
        squares[i] = (squares[i] ?? 0) + (other.squares[i] ?? 0) + difference ** 2 * samples * share;
      }
      samples = total;
    },
    state: () => ({ ...held(), samples, mean: mean.slice(), squares: squares.slice() }),
    result: (): FloatFrames => ({ ...held(), data: new Float32Array(mean) }),
  };
}

/** @throws {EnsembleError} `shape-mismatch`, `empty`, `out-of-range` */
export function checkMoments(moments: FrameMoments): void {
  const { samples, mean, squares } = moments;
  checkSize(moments, mean.length);
  checkSize(moments, squares.length);
  if (!Number.isInteger(samples) || samples < 1) {
    throw new EnsembleError('out-of-range', `moments of ${samples} samples: expected 1 or more.`);
  }
}
