import type { tf } from '@borealis/tensor';

/** Frames of a causal layer's input, and those before them that its kernel still sees. */
export interface FramesAndPast {
  /** `[b t h w c]`: one output each */
  readonly frames: tf.Tensor;
  /** `[b k h w c]`, right before `frames`; absent where the clip begins with them: the past is zeros. */
  readonly past?: tf.Tensor;
}

/**
 * How a pass through the network treats time. Layers are asked for by name (the dotted path of their parameters), in the
 * order of the data.
 */
export interface TimeAxis {
  /** Whether `x` begins with the first frame of the clip. */
  beginsClip(x: tf.Tensor): boolean;
  /** What a causal layer of `reach` past frames computes its output from. */
  step(x: tf.Tensor, layer: string, reach: number): FramesAndPast;
  /** A layer that will be stepped over: it has seen nothing yet but a clip's first frame. */
  skip(x: tf.Tensor, layer: string, reach: number): void;
  /** Of frames doubled in time those that are wanted. */
  crop(doubled: tf.Tensor, layer: string): tf.Tensor;
}
