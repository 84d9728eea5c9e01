import { elements } from './elements.ts';
import type { TensorData } from './tensor-data.ts';
import { wrongDtype } from './wrong-dtype.ts';

/**
 * Elements of a U8 or BOOL tensor, in its own memory.
 *
 * @throws SafetensorsError `wrong-dtype`, `wrong-data-size`
 */
export function asUint8(tensor: TensorData): Uint8Array {
  if (tensor.dtype !== 'U8' && tensor.dtype !== 'BOOL') {
    throw wrongDtype(tensor.dtype, 'uint8', 'U8 and BOOL');
  }
  return elements(tensor, Uint8Array);
}
