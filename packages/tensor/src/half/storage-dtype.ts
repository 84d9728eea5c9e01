import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import { activeInterception } from '../backend/active-backend.ts';
import type { NodeBackend } from '../native/load-binding.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';

/** What elements are in memory: tfjs's dtypes, and `bfloat16`, which tfjs shows as `float32`. */
export type StorageDtype = DataType | 'bfloat16';

/** What a tensor's elements are in memory: `bfloat16` for a float32 tensor that is held in half of it. */
export function storageDtype(tensor: Tensor): StorageDtype {
  const interception = activeInterception();
  if (interception === undefined) return tensor.dtype;
  return nativeDtype(interception.backend, tensor) === TF_BFLOAT16 ? 'bfloat16' : tensor.dtype;
}

/** The TF_DataType that a tensor has or, where its values still wait in JavaScript, will have. */
export function nativeDtype(backend: NodeBackend, { dataId, dtype }: Tensor): number {
  const held = backend.tensorMap.has(dataId) ? backend.tensorMap.get(dataId).dtype : undefined;
  return held === TF_BFLOAT16 ? TF_BFLOAT16 : backend.getDTypeInteger(dtype);
}
