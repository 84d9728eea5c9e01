import { tf } from '@borealis/tensor';
import { fsqRange } from '../fsq/fsq-bound.ts';

/** FSQ in tensors; `fsq-bound.ts` and `code-levels.ts` are the same on arrays. All `[… k]`, k the number of levels. */
export interface Quantized {
  /** Before rounding. */
  readonly bounded: tf.Tensor;
  /** What stands for the levels, about [-1, 1]: the reference's "codes". */
  readonly values: tf.Tensor;
  /** `[…]` int32, in [0, product of the levels) */
  readonly indices: tf.Tensor;
}

/** Any numbers → bounded, rounded to levels, and as one code. */
export function quantize(z: tf.Tensor, levels: readonly number[]): Quantized {
  const ranges = levels.map(fsqRange);
  const row = (pick: (range: (typeof ranges)[number]) => number) => tf.tensor1d(ranges.map(pick));
  const shifted = tf.tanh(
    tf.add(
      z,
      row(({ shift }) => shift),
    ),
  );
  const bounded = tf.sub(
    tf.mul(
      shifted,
      row(({ half }) => half),
    ),
    row(({ offset }) => offset),
  );
  const middles = tf.tensor1d(levels.map((level) => level >> 1));
  const rounded = tf.round(bounded);
  const levelIndices = tf.cast(tf.add(rounded, middles), 'int32');
  const indices = tf.sum(tf.mul(levelIndices, tf.tensor1d(stridesOf(levels), 'int32')), -1);
  return { bounded, values: tf.div(rounded, middles), indices: tf.cast(indices, 'int32') };
}

/** Codes `[…]` int32 → what stands for their levels, `[… k]`. */
export function valuesOf(indices: tf.Tensor, levels: readonly number[]): tf.Tensor {
  const counts = tf.tensor1d([...levels], 'int32');
  const shifted = tf.floorDiv(tf.expandDims(indices, -1), tf.tensor1d(stridesOf(levels), 'int32'));
  const middles = tf.tensor1d(levels.map((level) => level >> 1));
  return tf.div(tf.sub(tf.cast(tf.mod(shifted, counts), 'float32'), middles), middles);
}

/** 1, L0, L0·L1, …: the first level varies fastest. */
function stridesOf(levels: readonly number[]): number[] {
  return levels.map((_, i) => levels.slice(0, i).reduce((product, level) => product * level, 1));
}
