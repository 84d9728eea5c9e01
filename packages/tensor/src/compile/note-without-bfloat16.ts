import type { ExtendedBinding } from '../native/binding.ts';
import { multipliesBfloat16 } from '../native/multiplies-bfloat16.ts';

let told = false;

/** Says, once in a process, that bf16 was asked for where it is no faster. */
export function noteWithoutBfloat16(native: ExtendedBinding, onNotice: (message: string) => void): void {
  if (told || multipliesBfloat16(native)) return;
  told = true;
  onNotice(
    'bf16: this processor multiplies no bfloat16, so products are computed in float32, rounded: no faster than f32.',
  );
}
