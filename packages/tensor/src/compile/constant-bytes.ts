import { TensorError } from '../errors.ts';
import type { ExtendedBinding } from '../native/binding.ts';

export interface ConstantBytes {
  readonly bytes: Uint8Array;
  readonly elementSize: number;
  readonly uniform: boolean;
}

/** A constant's little-endian bytes, from what tfjs passes: typed arrays, plain arrays, int64 as pairs of int32. */
export function constantBytes(native: ExtendedBinding, dtype: number, data: unknown): ConstantBytes {
  const typed = typedArrayOf(native, dtype, data);
  const bytes = new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
  const values = typed as unknown as ArrayLike<number | bigint>;
  let uniform = values.length > 0;
  for (let i = 1; uniform && i < values.length; i++) uniform = values[i] === values[0];
  return { bytes, elementSize: dtype === native.TF_INT64 ? 8 : typed.BYTES_PER_ELEMENT, uniform };
}

function typedArrayOf(
  native: ExtendedBinding,
  dtype: number,
  data: unknown,
): Float32Array | Int32Array | Uint8Array | BigInt64Array {
  switch (dtype) {
    case native.TF_FLOAT:
      return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>);
    case native.TF_INT32:
      return data instanceof Int32Array ? data : Int32Array.from(data as ArrayLike<number>);
    case native.TF_BOOL:
      return data instanceof Uint8Array ? data : Uint8Array.from(data as ArrayLike<number>);
    case native.TF_INT64: {
      if (data instanceof BigInt64Array) return data;
      const pairs = Int32Array.from(data as ArrayLike<number>);
      return new BigInt64Array(pairs.buffer);
    }
    default:
      throw new TensorError('RECORDING_FAILED', `a constant of TF_DataType ${dtype} can't be recorded`);
  }
}
