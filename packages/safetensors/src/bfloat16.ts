/** Widens bfloat16 bits to float32: exact, the upper half of the same number. */
export function fromBfloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const wide = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) wide[i] = (bits[i] ?? 0) << 16;
  return new Float32Array(wide.buffer);
}

/**
 * Rounds float32 to bfloat16 bits: to the nearest, ties to even, beyond the largest to infinity; every NaN becomes
 * 0x7fc0. As PyTorch's `round_to_nearest_even` (`c10/util/BFloat16.h`).
 */
export function toBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const wide = bits[i] ?? 0;
    const isNan = (wide & 0x7fffffff) > 0x7f800000;
    rounded[i] = isNan ? 0x7fc0 : (wide + 0x7fff + ((wide >>> 16) & 1)) >>> 16;
  }
  return rounded;
}
