import type { Dtype } from './dtype.ts';
import { SafetensorsError } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';
import type { TensorData } from './tensor-data.ts';

/** Arrays whose dtype their type tells. */
export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * A tensor over an array's own memory, without a copy. The dtype is the array's, unless another of the same width is
 * given: `tensorOf(toBfloat16(values), shape, 'BF16')`.
 *
 * @param shape row-major; its product is the number of elements
 * @throws SafetensorsError `wrong-data-size` where elements, shape and dtype disagree
 */
export function tensorOf(
  values: TensorArray,
  shape: readonly number[] = [values.length],
  dtype: Dtype = dtypeOf(values),
): TensorData {
  const expected = tensorByteLength(dtype, shape);
  if (values.byteLength !== expected) {
    const problem = `${dtype} [${shape.join(', ')}] takes ${expected} bytes, the array has ${values.byteLength}`;
    throw new SafetensorsError('wrong-data-size', problem);
  }
  return {
    dtype,
    shape: [...shape],
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function dtypeOf(values: TensorArray): Dtype {
  if (values instanceof Float32Array) return 'F32';
  if (values instanceof Float64Array) return 'F64';
  if (values instanceof Int8Array) return 'I8';
  if (values instanceof Int16Array) return 'I16';
  if (values instanceof Uint16Array) return 'U16';
  if (values instanceof Int32Array) return 'I32';
  if (values instanceof Uint32Array) return 'U32';
  if (values instanceof BigInt64Array) return 'I64';
  if (values instanceof BigUint64Array) return 'U64';
  return 'U8';
}
