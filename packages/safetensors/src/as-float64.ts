import { asFloat32 } from './as-float32.ts';
import { elements } from './elements.ts';
import type { TensorData } from './tensor-data.ts';
import { wrongDtype } from './wrong-dtype.ts';

/**
 * Elements as float64, exact. F64: the tensor's own memory where it is aligned.
 *
 * @throws SafetensorsError `wrong-dtype` for anything but F64, F32, F16, BF16; `wrong-data-size`
 */
export function asFloat64(tensor: TensorData): Float64Array {
  switch (tensor.dtype) {
    case 'F64':
      return elements(tensor, Float64Array);
    case 'F32':
    case 'F16':
    case 'BF16':
      return new Float64Array(asFloat32(tensor));
    default:
      throw wrongDtype(tensor.dtype, 'float64', 'F64, F32, F16 and BF16');
  }
}
