import { SafetensorsError } from './safetensors-error.ts';
import { tensorByteLength } from './tensor-byte-length.ts';
import type { TensorData } from './tensor-data.ts';

interface ElementArray<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/** A tensor's bytes as elements: the same memory where it is aligned for them, otherwise a copy. */
export function elements<T>(tensor: TensorData, array: ElementArray<T>): T {
  const { data, dtype, shape } = tensor;
  const expected = tensorByteLength(dtype, shape);
  if (data.byteLength !== expected) {
    const problem = `${dtype} [${shape.join(', ')}] takes ${expected} bytes, its data has ${data.byteLength}`;
    throw new SafetensorsError('wrong-data-size', problem);
  }
  const size = array.BYTES_PER_ELEMENT;
  const aligned = data.byteOffset % size === 0 ? data : data.slice();
  return new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}
