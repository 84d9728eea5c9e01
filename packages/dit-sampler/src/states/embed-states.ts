import { conv1d, linear, silu, tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import { framesOfLatents } from '../window-latents.ts';
import { motionSince } from './motion.ts';

type Affine = { readonly weight: tf.Tensor; readonly bias: tf.Tensor };

export type StateParameters = {
  readonly mlp: { readonly 0: Affine; readonly 2: Affine };
  /** Kernels `[3 c c]`, stride 2. */
  readonly downsample: { readonly 0: Affine; readonly 1: Affine };
  /** Zero before training. */
  readonly proj_out: Affine;
};

/**
 * Robot states as something added to the timestep embedding of each latent frame: sinusoidal features, an MLP, two
 * convolutions of stride 2 down to the latent frames (the challenge's winning entry; sizes of the kernels are ours).
 * Latent frame i stands for frames 4i − 3 … 4i and hears those to 4i + 3.
 *
 * @param states `[b 1+4(t−1) channels]`, normalised
 * @param keep `[b]`, 1, or 0 for a sample that is told nothing
 * @returns `[b t c]`
 */
export function embedStates(
  { states: told, contextLatents }: Pick<DitSamplerConfig, 'states' | 'contextLatents'>,
  states: tf.Tensor,
  p: StateParameters,
  keep?: tf.Tensor,
): tf.Tensor {
  const last = framesOfLatents(contextLatents) - 1;
  const heard = told?.form === 'motion' ? motionSince(states, last) : states;
  const frequencies = (p.mlp[0].weight.shape[1] as number) / (2 * (heard.shape[2] as number));
  const features = stateFeatures(heard, frequencies);
  const hidden = affine(silu(affine(features, p.mlp[0])), p.mlp[2]);
  const halved = silu(conv1d(hidden, p.downsample[0].weight, p.downsample[0].bias, HALVE));
  const quartered = silu(conv1d(halved, p.downsample[1].weight, p.downsample[1].bias, HALVE));
  const embedded = affine(quartered, p.proj_out);
  return keep === undefined ? embedded : tf.mul(embedded, tf.reshape(keep, [-1, 1, 1]));
}

/** 1 + 2k frames → 1 + k */
const HALVE = { stride: 2, padding: 1 };

/** `[b f channels]` → sines, then cosines, of π/4 · 2^i times each channel, `[b f 2·frequencies·channels]`. */
function stateFeatures(states: tf.Tensor, frequencies: number): tf.Tensor {
  const [b, f, channels] = states.shape as [number, number, number];
  const ladder = tf.tensor1d(Float32Array.from({ length: frequencies }, (_, i) => (Math.PI / 4) * 2 ** i));
  const angles = tf.reshape(tf.mul(tf.expandDims(states, -1), ladder), [b, f, channels * frequencies]);
  return tf.concat([tf.sin(angles), tf.cos(angles)], -1);
}

function affine(x: tf.Tensor, p: Affine): tf.Tensor {
  return linear(x, p.weight, p.bias);
}
