import type { Dtype } from './dtype.ts';
import { SafetensorsError } from './safetensors-error.ts';

/** The error of a view that can't show this dtype. */
export function wrongDtype(found: Dtype, wanted: string, accepted: string): SafetensorsError {
  return new SafetensorsError('wrong-dtype', `${found} can't be read as ${wanted}, only ${accepted} can`);
}
