import type { tf } from '@borealis/tensor';

/** Shown every part's output under its name in the public code; gives it back. */
export type See = (name: string, value: tf.Tensor) => tf.Tensor;

export const unseen: See = (_, value) => value;

/** The same, one name deeper. */
export function within(see: See, path: string): See {
  return see === unseen ? unseen : (name, value) => see(`${path}.${name}`, value);
}
