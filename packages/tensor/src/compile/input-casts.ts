import type { BindingConstants, OpAttribute } from '../native/binding.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';

/**
 * Operations that only move elements. They take bfloat16 as it is, and what they give is bfloat16, too: a table of
 * 64,000 rows need not be widened for the few rows that are looked up.
 */
export const MOVING_OPS = new Set([
  'BroadcastTo',
  'ConcatV2',
  'ExpandDims',
  'GatherV2',
  'Identity',
  'MirrorPad',
  'Pack',
  'Pad',
  'PadV2',
  'Reshape',
  'Slice',
  'Split',
  'SplitV',
  'Squeeze',
  'StridedSlice',
  'Tile',
  'Transpose',
  'Unpack',
]);

/** A call of an operation, as tfjs makes it or as it can be carried out. */
export interface OpCall {
  readonly op: string;
  readonly attributes: readonly OpAttribute[];
  /** Ids of tensors. */
  readonly inputs: readonly number[];
}

export interface InputCasts {
  readonly constants: BindingConstants;
  /** TF_DataType of a tensor. */
  readonly dtypeOf: (id: number) => number;
  /** A float32 tensor of the same values as a bfloat16 one. */
  readonly toFloat32: (id: number) => number;
}

/**
 * tfjs takes every bfloat16 tensor for float32, and calls operations accordingly. This gives the call that can be
 * carried out: with the bfloat16 inputs cast, or as a bfloat16 operation where elements are only moved. Calls whose
 * attributes name bfloat16 themselves are left as they are.
 */
export function castInputs(call: OpCall, { constants, dtypeOf, toFloat32 }: InputCasts): OpCall {
  const dtypes = call.inputs.map(dtypeOf);
  if (!dtypes.includes(TF_BFLOAT16) || namesBfloat16(call, constants)) return call;
  if (MOVING_OPS.has(call.op) && !dtypes.includes(constants.TF_FLOAT)) {
    const attributes = call.attributes.map((attribute) =>
      attribute.type === constants.TF_ATTR_TYPE && attribute.value === constants.TF_FLOAT
        ? { ...attribute, value: TF_BFLOAT16 }
        : attribute,
    );
    return { ...call, attributes };
  }
  const inputs = call.inputs.map((id, i) => (dtypes[i] === TF_BFLOAT16 ? toFloat32(id) : id));
  return { ...call, inputs };
}

/** `DstT` is what a cast gives, not what it takes. */
function namesBfloat16({ attributes }: OpCall, constants: BindingConstants): boolean {
  return attributes.some(
    ({ name, type, value }) => name !== 'DstT' && type === constants.TF_ATTR_TYPE && value === TF_BFLOAT16,
  );
}
