import type { Dtype } from '@borealis/safetensors';
import type { DataType } from '@tensorflow/tfjs-core';

/** How bfloat16 is held once it is loaded. */
export type Hold = 'as-stored' | 'float32';

/**
 * How to hold what functions of this precision read: in bf16 its products want bfloat16, in f32 it would be widened in
 * each call.
 */
export function holdFor(precision: 'f32' | 'bf16'): Hold {
  return precision === 'bf16' ? 'as-stored' : 'float32';
}

/** What a tensor of a file becomes: tfjs's dtype, and what its elements are in memory. */
export interface HeldDtype {
  readonly dtype: DataType;
  readonly storage: 'float32' | 'bfloat16' | 'int32' | 'bool';
}

const FLOAT32: HeldDtype = { dtype: 'float32', storage: 'float32' };
const BFLOAT16: HeldDtype = { dtype: 'float32', storage: 'bfloat16' };
const INT32: HeldDtype = { dtype: 'int32', storage: 'int32' };
const BOOL: HeldDtype = { dtype: 'bool', storage: 'bool' };

const HELD: Partial<Record<Dtype, HeldDtype>> = {
  F32: FLOAT32,
  F16: FLOAT32,
  F64: FLOAT32,
  I8: INT32,
  U8: INT32,
  I16: INT32,
  U16: INT32,
  I32: INT32,
  U32: INT32,
  I64: INT32,
  U64: INT32,
  BOOL,
};

/** Undefined for what tfjs has no dtype for: the 4-, 6- and 8-bit floats and complex numbers. */
export function heldDtype(stored: Dtype, hold: Hold): HeldDtype | undefined {
  if (stored === 'BF16') return hold === 'as-stored' ? BFLOAT16 : FLOAT32;
  return HELD[stored];
}
