import { gatedAdd, geluTanh, layerNorm, linear, multiHeadAttention, rmsNorm, tf } from '@borealis/tensor';
import type { Random } from '@borealis/tensor';
import { forwardProgram } from '../../programs/forward-program.ts';
import { trainingProgram } from '../../programs/training-program.ts';
import { inputNamed } from '../input-named.ts';
import { inputsBut } from '../inputs-but.ts';
import type { NamedData } from '../layer-data.ts';
import { gainData, linearData } from '../layer-data.ts';
import { normalData } from '../normal-data.ts';
import type { BenchRow } from '../suite.ts';

export interface DitBlockSizes {
  readonly tokens: number;
  readonly channels: number;
  readonly heads: number;
  readonly mlpRatio: number;
}

type Linear = { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
type Gain = { readonly weight: tf.Tensor };

/** Under diffusers' names. */
type DitParameters = {
  /** `[1 6 c]`, added to the conditioning */
  readonly scale_shift_table: tf.Tensor;
  readonly attn1: {
    readonly to_q: Linear;
    readonly to_k: Linear;
    readonly to_v: Linear;
    readonly to_out: { readonly 0: Linear };
    readonly norm_q: Gain;
    readonly norm_k: Gain;
  };
  readonly ffn: { readonly net: { readonly 0: { readonly proj: Linear }; readonly 2: Linear } };
};

const SIZES: DitBlockSizes = { tokens: 1280, channels: 1024, heads: 8, mlpRatio: 4 };
const EPS = 1e-6;
const RATE = 1e-3;
const WEIGHT_DECAY = 0.05;
const INPUTS = ['x', 'conditioning'] as const;

/** A block of a diffusion transformer: the forward pass, and a training step with loss mean(y²) and AdamW. */
export function ditBlockRows(sizes: DitBlockSizes = SIZES): BenchRow[] {
  const { tokens, channels, heads, mlpRatio } = sizes;
  const common = {
    precisions: ['f32', 'bf16'],
    inputs: (random) =>
      new Map([
        ['x', normalData(random, [1, tokens, channels])],
        ['conditioning', normalData(random, [1, 6, channels], { deviation: 0.5 })],
        ...ditBlockData(random, sizes),
      ]),
  } satisfies Partial<BenchRow>;
  const what = `DiT block, [b n c] = [1 ${tokens} ${channels}], ${heads} heads, MLP ×${mlpRatio}, AdaLN`;
  return [
    {
      ...common,
      name: 'dit-block',
      what,
      settings: { heads, eps: EPS },
      comparedRuns: 1,
      tolerance: { f32: 1e-5, bf16: 3e-2 },
      build: (inputs, options) =>
        forwardProgram(
          (parameters, x, conditioning) =>
            ditBlock(x, parameters as DitParameters, {
              conditioning,
              heads,
            }),
          {
            parameters: inputsBut(inputs, INPUTS),
            inputs: INPUTS.map((name) => inputNamed(inputs, name)),
          },
          options,
        ),
    },
    {
      ...common,
      name: 'dit-block-training',
      what: `${what}: loss, gradients, AdamW`,
      settings: { heads, eps: EPS, rate: RATE, weightDecay: WEIGHT_DECAY },
      comparedRuns: 3,
      tolerance: { f32: 1e-3, bf16: 1e-1 },
      build: (inputs, options) =>
        trainingProgram({
          ...options,
          loss: (parameters, { x, conditioning }: { x: tf.Tensor; conditioning: tf.Tensor }) =>
            tf.mean(tf.square(ditBlock(x, parameters as DitParameters, { conditioning, heads }))),
          parameters: inputsBut(inputs, INPUTS),
          batch: { x: inputNamed(inputs, 'x'), conditioning: inputNamed(inputs, 'conditioning') },
          rate: RATE,
          weightDecay: WEIGHT_DECAY,
        }),
    },
  ];
}

/** `[1 n c]`; conditioning `[1 6 c]`: shift, scale and gate of attention, then of the feed-forward. */
function ditBlock(
  x: tf.Tensor,
  p: DitParameters,
  { conditioning, heads }: { readonly conditioning: tf.Tensor; readonly heads: number },
): tf.Tensor {
  const parts = tf
    .split(tf.add(p.scale_shift_table, conditioning), 6, 1)
    .map((part) => tf.squeeze(part, [1]));
  const [shift, scale, gate, ffnShift, ffnScale, ffnGate] = parts as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]; // [1 c]
  const shifted = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) =>
    layerNorm(x, { gain: tf.add(1, scale), bias: shift }, EPS);
  const attended = gatedAdd(x, gate, selfAttention(shifted(x, scale, shift), p.attn1, heads));
  const { net } = p.ffn;
  const hidden = geluTanh(affine(shifted(attended, ffnScale, ffnShift), net[0].proj));
  return gatedAdd(attended, ffnGate, affine(hidden, net[2]));
}

/** Queries and keys are normalised over the channels of all heads together. */
function selfAttention(x: tf.Tensor, p: DitParameters['attn1'], heads: number): tf.Tensor {
  const q = rmsNorm(affine(x, p.to_q), p.norm_q.weight, EPS);
  const k = rmsNorm(affine(x, p.to_k), p.norm_k.weight, EPS);
  return affine(multiHeadAttention(q, k, affine(x, p.to_v), { heads }), p.to_out[0]);
}

function affine(x: tf.Tensor, p: Linear): tf.Tensor {
  return linear(x, p.weight, p.bias);
}

function ditBlockData(random: Random, { channels, mlpRatio }: DitBlockSizes): NamedData {
  const square = (name: string) => linearData(random, name, { inSize: channels, outSize: channels });
  const hidden = mlpRatio * channels;
  return [
    ['scale_shift_table', normalData(random, [1, 6, channels], { deviation: 0.1 })],
    ...['attn1.to_q', 'attn1.to_k', 'attn1.to_v', 'attn1.to_out.0'].flatMap(square),
    ['attn1.norm_q.weight', gainData(random, channels)],
    ['attn1.norm_k.weight', gainData(random, channels)],
    ...linearData(random, 'ffn.net.0.proj', { inSize: channels, outSize: hidden }),
    ...linearData(random, 'ffn.net.2', { inSize: hidden, outSize: channels }),
  ];
}
