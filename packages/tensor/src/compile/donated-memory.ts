import * as tf from '@tensorflow/tfjs-core';
import type { TensorTree } from '../tree/tensor-tree.ts';
import { flatten } from '../tree/tensor-tree.ts';
import type { Interception } from './interception.ts';

/**
 * Copies of those donated tensors whose memory others hold, too (clones, reshaped views, captured ones, the same tensor
 * given twice): these must not see it overwritten.
 *
 * @returns by native id, the copy's
 */
export function ownMemory(
  interception: Interception,
  donated: readonly tf.Tensor[],
): ReadonlyMap<number, number> {
  const { backend, native } = interception;
  const copies = new Map<number, number>();
  const seen = new Set<number>();
  for (const { dataId } of donated) {
    const { id, dtype, refCount } = backend.tensorMap.get(dataId);
    if (refCount > 1 || interception.isShared(id) || seen.has(id)) {
      const type = { name: 'T', type: native.TF_ATTR_TYPE, value: dtype };
      const [copy] = native.executeOp('DeepCopy', [type], [id], 1);
      if (copy !== undefined) copies.set(id, copy.id);
    }
    seen.add(id);
  }
  return copies;
}

/** Where functions run as they are: disposes what was donated and isn't returned. */
export function disposeDonated(donated: readonly tf.Tensor[], result: TensorTree): void {
  const returned = new Set(flatten(result).tensors);
  tf.dispose(donated.filter((tensor) => !returned.has(tensor)));
}
