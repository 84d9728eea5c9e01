import type { tf } from '@borealis/tensor';

/** Is shown the output of each block, by the name that it has in the reference. */
export type Trace = (name: string, output: tf.Tensor) => void;
