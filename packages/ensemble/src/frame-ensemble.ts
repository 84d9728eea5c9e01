import type { FloatFrames, Frames } from './frames.ts';

/**
 * Many samples of the same frames, taken in one at a time and made into one. Each way of combining (mean, and whatever
 * comes: median, trimmed mean, uncertainty) is a function that creates one of these.
 */
export interface FrameEnsemble {
  /** Samples taken in so far. */
  readonly samples: number;
  /** @throws {EnsembleError} `shape-mismatch` where the sample's shape is not the first one's */
  add(sample: Frames | FloatFrames): void;
  /**
   * The samples so far as one, in float; may be asked again after more samples.
   * @throws {EnsembleError} `empty` before the first
   */
  result(): FloatFrames;
}
