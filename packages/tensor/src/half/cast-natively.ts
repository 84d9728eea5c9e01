import type { Tensor } from '@tensorflow/tfjs-core';
import { TensorError } from '../errors.ts';
import { nativeOps, typeAttribute } from '../native/native-op.ts';

/** TensorFlow's Cast between types that tfjs can't tell apart. */
export function castNatively(tensor: Tensor, types: { readonly from: number; readonly to: number }): Tensor {
  const native = nativeOps();
  if (native === undefined) {
    throw new TensorError('BACKEND_NOT_STARTED', 'the tensor is not TensorFlow’s: call startBackend() first');
  }
  const attributes = [
    typeAttribute(native.constants, 'SrcT', types.from),
    typeAttribute(native.constants, 'DstT', types.to),
  ];
  const [cast] = native.run('Cast', attributes, [tensor], 1);
  return cast as Tensor;
}
