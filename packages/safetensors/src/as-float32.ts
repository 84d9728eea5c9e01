import { fromBfloat16 } from './bfloat16.ts';
import { elements } from './elements.ts';
import { fromFloat16 } from './float16.ts';
import type { TensorData } from './tensor-data.ts';
import { wrongDtype } from './wrong-dtype.ts';

/**
 * Elements as float32. F32: the tensor's own memory where it is aligned; F16 and BF16: exact; F64: rounded to nearest.
 *
 * @throws SafetensorsError `wrong-dtype` for any other, `wrong-data-size`
 */
export function asFloat32(tensor: TensorData): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return elements(tensor, Float32Array);
    case 'F16':
      return fromFloat16(elements(tensor, Uint16Array));
    case 'BF16':
      return fromBfloat16(elements(tensor, Uint16Array));
    case 'F64':
      return new Float32Array(elements(tensor, Float64Array));
    default:
      throw wrongDtype(tensor.dtype, 'float32', 'F32, F16, BF16 and F64');
  }
}
