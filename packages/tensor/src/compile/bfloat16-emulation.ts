import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import type { TensorMetadata } from '../native/binding.ts';
import type { Autocast } from './autocast.ts';
import type { OpCall } from './input-casts.ts';

/** TensorFlow's own; ours compute in float32 whatever they read. */
const PRODUCTS = new Set([
  'BatchMatMul',
  'BatchMatMulV2',
  'Conv2D',
  'Conv2DBackpropFilter',
  'Conv2DBackpropInput',
  'Conv3D',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'MatMul',
]);

/** Products of bfloat16 where a processor multiplies none. */
export interface Bfloat16Emulation {
  /** The inputs in float32 where the call is such a product; undefined where it is to be carried out as it is. */
  inputsOf(call: OpCall): readonly number[] | undefined;
  /** What that has given, rounded to bfloat16. */
  resultOf(op: string, wide: TensorMetadata): TensorMetadata;
}

/**
 * Factors are exact in float32, and so are the sums that a product of bfloat16 is; only its result is rounded. A
 * convolution's padding and bias are float32 between them, so that TensorFlow makes one operation of the three, as it does
 * in bfloat16.
 */
export function createBfloat16Emulation({
  dtypeOf,
  toFloat32,
  toBfloat16,
}: Pick<Autocast, 'dtypeOf' | 'toFloat32' | 'toBfloat16'>): Bfloat16Emulation {
  const padded = new Map<number, number>(); // in bfloat16 → the same in float32
  const unrounded = new Map<number, number>(); // a product → what was rounded to it
  const isHalf = (id: number) => dtypeOf(id) === TF_BFLOAT16;
  return {
    inputsOf({ op, inputs }) {
      const [first = 0] = inputs;
      const applies =
        op === 'BiasAdd'
          ? unrounded.has(first)
          : op === 'Pad'
            ? isHalf(first)
            : PRODUCTS.has(op) && inputs.some(isHalf);
      if (!applies) return undefined;
      return inputs.map((id) => {
        if (!isHalf(id)) return id;
        return (op === 'BiasAdd' ? unrounded.get(id) : padded.get(id)) ?? toFloat32(id);
      });
    },
    resultOf(op, wide) {
      const id = toBfloat16(wide.id);
      if (op === 'Pad') padded.set(id, wide.id);
      else if (op !== 'BiasAdd') unrounded.set(id, wide.id);
      return { ...wide, id, dtype: TF_BFLOAT16 };
    },
  };
}
