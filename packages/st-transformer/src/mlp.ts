import type { tf } from '@borealis/tensor';
import { gelu } from '@borealis/tensor';
import type { Affine } from './affine.ts';
import { affine } from './affine.ts';

export type MlpParameters = { readonly fc1: Affine; readonly fc2: Affine };

export function mlp(x: tf.Tensor, p: MlpParameters): tf.Tensor {
  return affine(gelu(affine(x, p.fc1)), p.fc2);
}
