const EXPONENT = 0x7c00;
const FRACTION = 0x03ff;
/** Value of the last place of a subnormal half. */
const SUBNORMAL_STEP = 2 ** -24;

/** Widens IEEE 754 half-precision bits to float32: exact, NaNs keep their payload. */
export function fromFloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bits.length);
  const wide = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i] ?? 0;
    const sign = (half & 0x8000) << 16;
    const exponent = half & EXPONENT;
    const fraction = half & FRACTION;
    if (exponent === 0) {
      values[i] = fraction * SUBNORMAL_STEP;
      wide[i] = (wide[i] ?? 0) | sign;
    } else if (exponent === EXPONENT) {
      wide[i] = sign | 0x7f800000 | (fraction << 13);
    } else {
      // Exponent biases are 15 and 127.
      wide[i] = sign | ((exponent + ((127 - 15) << 10)) << 13) | (fraction << 13);
    }
  }
  return values;
}
