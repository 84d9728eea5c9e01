import { INTEGER_DTYPES, integerElements } from './integer-elements.ts';
import { SafetensorsError } from './safetensors-error.ts';
import type { TensorData } from './tensor-data.ts';
import { wrongDtype } from './wrong-dtype.ts';

/**
 * Elements as int32: the tensor's own memory for I32 where it is aligned; other integers and BOOL are converted.
 *
 * @throws SafetensorsError `out-of-range` for a value that int32 can't hold, `wrong-dtype` for floats, `wrong-data-size`
 */
export function asInt32(tensor: TensorData): Int32Array {
  const stored = integerElements(tensor);
  if (stored === undefined) throw wrongDtype(tensor.dtype, 'int32', INTEGER_DTYPES);
  if (stored instanceof Int32Array) return stored;
  const values = new Int32Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] ?? 0;
    values[i] = Number(value);
    // Storing wraps around: a value that didn't fit is no longer what it was.
    if (values[i] !== Number(value)) {
      throw new SafetensorsError('out-of-range', `element ${i}, ${value}, does not fit an int32`);
    }
  }
  return values;
}
