import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import type { InputCasts, OpCall } from './input-casts.ts';
import { castInputs, MOVING_OPS } from './input-casts.ts';

export interface Autocast extends InputCasts {
  /** A bfloat16 tensor of a float32 one's values, rounded. */
  readonly toBfloat16: (id: number) => number;
}

const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Products, and which of their inputs are multiplied. They add up in float32 and give bfloat16. */
const PRODUCTS: Readonly<Record<string, (inputCount: number) => readonly number[]>> = {
  BatchMatMul: all,
  BatchMatMulV2: all,
  BorealisAttention: all,
  BorealisAttentionGradient: (count) => all(count).filter((i) => i !== count - 2), // not the sums of logarithms
  Conv2D: all,
  Conv2DBackpropFilter: () => [0, 2],
  Conv2DBackpropInput: () => [1, 2],
  Conv3D: all,
  Conv3DBackpropFilterV2: () => [0, 2],
  Conv3DBackpropInputV2: () => [1, 2],
  MatMul: all,
  Pad: () => [0], // a convolution's: TensorFlow makes one operation of them where both are of one kind
};

/** What is done to a product's result on the way to the next: in bfloat16 where the first input is. */
const FOLLOWERS = new Set([
  'BiasAdd',
  'BorealisActivation',
  'BorealisActivationGradient',
  'BorealisBiasedSum',
  'BorealisColumnSums',
]);

/** What reads either kind and computes in float32: a pass to widen large inputs would change no number. */
const READERS = new Set(['BorealisCrossEntropy', 'BorealisSumOfSquares', 'BorealisTopK']);

/**
 * The bf16 policy, as PyTorch's autocast understands it: products in bfloat16; sums, softmax, normalisation, loss and
 * everything else in float32. Gives the call to record instead of `call`. A normalised row goes into a product, as a
 * rule, and is rounded at once.
 */
export function autocast(call: OpCall, casts: Autocast): OpCall {
  const { constants, dtypeOf, toFloat32, toBfloat16 } = casts;
  const { op, inputs } = call;
  const isFloat = (id: number) => dtypeOf(id) === constants.TF_FLOAT;
  const isHalf = (id: number | undefined) => id !== undefined && dtypeOf(id) === TF_BFLOAT16;
  const narrow = (id: number) => (isFloat(id) ? toBfloat16(id) : id);
  const widen = (id: number) => (isHalf(id) ? toFloat32(id) : id);

  const multiplied = PRODUCTS[op]?.(inputs.length);
  if (multiplied !== undefined) {
    return { ...call, inputs: inputs.map((id, i) => (multiplied.includes(i) ? narrow(id) : id)) };
  }
  if (READERS.has(op)) return call;
  if (op === 'BorealisAdamW') {
    const gradient = 3; // as its product gave it
    return { ...call, inputs: inputs.map((id, i) => (i === gradient ? id : widen(id))) };
  }
  if (op === 'BorealisScaleRows') return { ...call, inputs: [inputs[0] ?? 0, widen(inputs[1] ?? 0)] };
  if (FOLLOWERS.has(op) && isHalf(inputs[0])) return { ...call, inputs: inputs.map(narrow) };
  if (op === 'BorealisLowRankAdd' && isHalf(inputs[0])) {
    const scale = inputs.length - 1;
    return { ...call, inputs: inputs.map((id, i) => (i === scale ? widen(id) : narrow(id))) };
  }
  if (op === 'BorealisRotary' || op === 'BorealisGatedAdd' || op === 'BorealisGatedAddGradient') {
    const typed = op === 'BorealisRotary' ? 0 : 2; // the input that may be of either kind; the others are float32
    return { ...call, inputs: inputs.map((id, i) => (i === typed ? id : widen(id))) };
  }
  if (op === 'BorealisNorm') {
    const result = { name: 'Y', type: constants.TF_ATTR_TYPE, value: TF_BFLOAT16 };
    const attributes = [...call.attributes.filter(({ name }) => name !== 'Y'), result];
    return { ...call, attributes, inputs: inputs.map((id, i) => (i === 0 ? id : widen(id))) };
  }
  if (op === 'BorealisNormGradient') {
    const [dy, x, ...rest] = inputs as [number, number, ...number[]];
    return { ...call, inputs: [isHalf(x) ? narrow(dy) : dy, x, ...rest.map(widen)] };
  }
  return castInputs(call, casts);
}

/** Whether a bfloat16 result is one that the policy made, rather than what was bfloat16 to begin with. */
export function isMadeByPolicy(call: OpCall, inputIsMadeByPolicy: boolean): boolean {
  return call.op !== 'Cast' && (!MOVING_OPS.has(call.op) || inputIsMadeByPolicy);
}
