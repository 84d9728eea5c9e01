import { INTEGER_DTYPES, integerElements } from './integer-elements.ts';
import { SafetensorsError } from './safetensors-error.ts';
import type { TensorData } from './tensor-data.ts';
import { wrongDtype } from './wrong-dtype.ts';

/**
 * Elements as int64: the tensor's own memory for I64 where it is aligned; other integers and BOOL are converted.
 *
 * @throws SafetensorsError `out-of-range` for a U64 that int64 can't hold, `wrong-dtype` for floats, `wrong-data-size`
 */
export function asBigInt64(tensor: TensorData): BigInt64Array {
  const stored = integerElements(tensor);
  if (stored === undefined) throw wrongDtype(tensor.dtype, 'int64', INTEGER_DTYPES);
  if (stored instanceof BigInt64Array) return stored;
  const values = new BigInt64Array(stored.length);
  for (let i = 0; i < stored.length; i++) {
    const value = BigInt(stored[i] ?? 0);
    values[i] = value;
    if (values[i] !== value) {
      throw new SafetensorsError('out-of-range', `element ${i}, ${value}, does not fit an int64`);
    }
  }
  return values;
}
