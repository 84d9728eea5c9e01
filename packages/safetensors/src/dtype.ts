/**
 * Bits per element of every dtype of the format, in the order of the reference's `Dtype` enumeration (safetensors
 * 0.8.0, `tensor.rs`). The order matters: the reference writes the last of this list first, so that tensors of wide
 * elements lie aligned.
 */
const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** Element type of a tensor, as the format spells it. */
export type Dtype = keyof typeof BITS;

/** All dtypes of the format. */
export const DTYPES = Object.keys(BITS) as readonly Dtype[];

export function isDtype(text: string): text is Dtype {
  return Object.hasOwn(BITS, text);
}

/** Bits that one element of `dtype` takes: 4 and 6 for the packed floats, otherwise a multiple of 8. */
export function dtypeBits(dtype: Dtype): number {
  return BITS[dtype];
}
