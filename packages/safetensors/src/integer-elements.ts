import type { Dtype } from './dtype.ts';
import { elements } from './elements.ts';
import type { TensorData } from './tensor-data.ts';

type IntegerArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export const INTEGER_DTYPES = 'BOOL and the integers, I8 to U64,';

/** Elements of a BOOL or integer tensor as they are stored, `undefined` for floats. */
export function integerElements(tensor: TensorData): IntegerArray | undefined {
  const read = READERS[tensor.dtype];
  return read?.(tensor);
}

const READERS: Partial<Record<Dtype, (tensor: TensorData) => IntegerArray>> = {
  BOOL: (tensor) => elements(tensor, Uint8Array),
  I8: (tensor) => elements(tensor, Int8Array),
  U8: (tensor) => elements(tensor, Uint8Array),
  I16: (tensor) => elements(tensor, Int16Array),
  U16: (tensor) => elements(tensor, Uint16Array),
  I32: (tensor) => elements(tensor, Int32Array),
  U32: (tensor) => elements(tensor, Uint32Array),
  I64: (tensor) => elements(tensor, BigInt64Array),
  U64: (tensor) => elements(tensor, BigUint64Array),
};
