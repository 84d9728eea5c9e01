import type { RotaryTables } from '@borealis/tensor';
import { gatedAdd, geluTanh, layerNorm, tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';
import type { AttentionParameters, AttentionSetting } from './attention.ts';
import { crossAttention, selfAttention } from './attention.ts';
import type { Linear } from './linear.ts';

/** A block's parameters under diffusers' names; norm1 and norm3 have none. */
export type BlockParameters = {
  /** `[1 6 c]`, added to the projected timestep */
  readonly scale_shift_table: tf.Tensor;
  readonly attn1: AttentionParameters;
  readonly norm2: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
  readonly attn2: AttentionParameters;
  readonly ffn: { readonly net: { readonly 0: { readonly proj: LinearLayer }; readonly 2: LinearLayer } };
};

/** What a block hears besides the stream. */
export interface BlockInputs extends AttentionSetting {
  /** `[b|1 g 6 c]`: the timestep of each of the g groups of n/g successive tokens, projected */
  readonly timestep: tf.Tensor;
  /** `[b/m l c]` */
  readonly text: tf.Tensor;
  readonly rotary: RotaryTables;
}

/**
 * A block of Wan's transformer (diffusers `WanTransformerBlock`): self-attention and feed-forward between shift, scale and
 * gate from the timestep, cross-attention to the text without.
 *
 * @param x `[b n c]`
 */
export function block(x: tf.Tensor, p: BlockParameters, inputs: BlockInputs): tf.Tensor {
  const { eps, text, linear } = inputs;
  const { shift, scale, gate, ffnShift, ffnScale, ffnGate } = modulationOf(p, inputs.timestep);
  const attended = gated(x, gate, selfAttention(shifted(x, { shift, scale, eps }), p.attn1, inputs));
  const told = tf.add(attended, crossAttention(textNorm(attended, p, eps), text, p.attn2, inputs));
  const fed = feedForward(shifted(told, { shift: ffnShift, scale: ffnScale, eps }), p.ffn, linear);
  return gated(told, ffnGate, fed);
}

/** In the order in which table and projection hold them, each `[b|1 g 1 c]`. */
export function modulationOf(p: Pick<BlockParameters, 'scale_shift_table'>, timestep: tf.Tensor) {
  const parts = tf.split(tf.add(tf.expandDims(p.scale_shift_table, 0), timestep), 6, 2);
  const [shift, scale, gate, ffnShift, ffnScale, ffnGate] = parts as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  return { shift, scale, gate, ffnShift, ffnScale, ffnGate };
}

/** The norm before cross-attention, the only one with weights. */
export function textNorm(x: tf.Tensor, { norm2 }: Pick<BlockParameters, 'norm2'>, eps: number): tf.Tensor {
  return layerNorm(x, { gain: norm2.weight, bias: norm2.bias }, eps);
}

/** `[b n c]` → `[b n c]` */
export function feedForward(x: tf.Tensor, { net }: BlockParameters['ffn'], linear: Linear): tf.Tensor {
  return linear(geluTanh(linear(x, net[0].proj)), net[2]);
}

/** `norm(x) · (1 + scale) + shift`, each `[b|1 g 1 c]` for n/g successive tokens of `[b n c]`. */
export function shifted(
  x: tf.Tensor,
  { shift, scale, eps }: { readonly shift: tf.Tensor; readonly scale: tf.Tensor; readonly eps: number },
): tf.Tensor {
  const weights = { gain: tf.add(1, perGroup(scale, x)), bias: perGroup(shift, x) };
  return layerNorm(x, weights, eps);
}

/** `x + gate · y` */
function gated(x: tf.Tensor, gate: tf.Tensor, y: tf.Tensor): tf.Tensor {
  return gatedAdd(x, perGroup(gate, x), y);
}

/** `[b|1 g 1 c]` → a row for each group of successive tokens of `[b n c]`: `[b·g c]`. */
function perGroup(modulation: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [samples, groups, , c] = modulation.shape as [number, number, number, number];
  const batch = x.shape[0];
  const rows = tf.reshape(modulation, [samples * groups, c]);
  return samples === batch ? rows : tf.tile(rows, [batch / samples, 1]);
}
