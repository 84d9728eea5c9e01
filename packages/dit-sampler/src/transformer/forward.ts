import { geluTanh, recomputeLayer, silu, tf } from '@borealis/tensor';
import type { LinearLayer } from '@borealis/training';
import { loraLinear } from '@borealis/training';
import type { DitSamplerConfig } from '../config.ts';
import { DitSamplerError } from '../errors.ts';
import type { DitParameters } from '../parameters.ts';
import type { BlockParameters } from './block.ts';
import { block, shifted } from './block.ts';
import type { Linear, LinearOf } from './linear.ts';
import { HEAD_PART, TIME_PART, TIME_PROJECTION_PART } from './linear.ts';
import type { Grid } from './patches.ts';
import { embedPatches, gridOf, joinPatches } from './patches.ts';
import { rotaryTables } from './rotary.ts';
import type { TwoLayers } from './timesteps.ts';
import { embedTimesteps, timestepFeatures } from './timesteps.ts';

type Sizes = Pick<DitSamplerConfig, 'heads' | 'headDim' | 'freqDim' | 'patchSize' | 'eps' | 'recompute'>;

export interface ForwardArguments {
  readonly parameters: DitParameters;
  /** `[b t h w c]` */
  readonly latents: tf.Tensor;
  /**
   * `[b|1 g]`, [0, 1000]: one for each sample (g = 1), for each of its frames of tokens, or for each token; 0 where latents
   * are given.
   */
  readonly timesteps: tf.Tensor;
  /** `[b/m l c]`, from `embedText`: one text may serve m successive samples. */
  readonly text: tf.Tensor;
  /** `[b|1 frames c]`, from `embedStates`: added to the embedded timestep of each frame of tokens. */
  readonly states?: tf.Tensor;
  /** Linear maps with dropout before their adapters; default: without. */
  readonly linearOf?: LinearOf;
}

/**
 * The velocity with which latents flow from data to noise (diffusers `WanTransformer3DModel`), given frames included: what
 * it says of those means nothing.
 *
 * @returns `[b t h w c]`
 */
export function velocity(config: Sizes, args: ForwardArguments): tf.Tensor {
  const { parameters: p, latents, text, linearOf = withoutDropout } = args;
  const { heads, headDim, patchSize, eps } = config;
  const grid = gridOf(latents, patchSize);
  const temb = timestepEmbedding(config, args, grid); // [b|1 g c]
  const timestep = projectTimestep(temb, p.condition_embedder.time_proj, linearOf(TIME_PROJECTION_PART)); // [b|1 g 6 c]
  const rotary = rotaryTables(grid, headDim);
  let x = embedPatches(latents, p.patch_embedding.weight, p.patch_embedding.bias); // [b n c]
  for (const [i, layer] of Object.values(p.blocks).entries()) {
    const own = (x: tf.Tensor, layer: BlockParameters, told: { timestep: tf.Tensor; text: tf.Tensor }) =>
      block(x, layer, { ...told, rotary, heads, eps, linear: linearOf(i) });
    x = recomputeLayer(own, i, config.recompute)(x, layer, { timestep, text });
  }
  return joinPatches(head(x, temb, { p, eps, linear: linearOf(HEAD_PART) }), { grid, patchSize });
}

const withoutDropout: LinearOf = () => loraLinear;

/** Text embedding `[b l text]` → what blocks attend to, `[b l c]`. */
export function embedText(text: tf.Tensor, p: DitParameters, linear: Linear = loraLinear): tf.Tensor {
  const { linear_1, linear_2 }: TwoLayers = p.condition_embedder.text_embedder;
  return linear(geluTanh(linear(text, linear_1)), linear_2);
}

/** `[b|1 g c]` → the modulation of blocks, `[b|1 g 6 c]` */
export function projectTimestep(
  temb: tf.Tensor,
  timeProj: LinearLayer,
  linear: Linear = loraLinear,
): tf.Tensor {
  const [b, groups, c] = temb.shape as [number, number, number];
  return tf.reshape(linear(silu(temb), timeProj), [b, groups, 6, c]);
}

/** The last norm, shifted and scaled by the timestep itself, and the projection: `[b n c]` → `[b n (pt ph pw c)]`. */
function head(
  x: tf.Tensor,
  temb: tf.Tensor,
  { p, eps, linear }: { readonly p: DitParameters; readonly eps: number; readonly linear: Linear },
): tf.Tensor {
  const table = tf.expandDims(p.scale_shift_table, 0); // [1 1 2 c]
  const [shift, scale] = tf.split(tf.add(table, tf.expandDims(temb, 2)), 2, 2) as [tf.Tensor, tf.Tensor];
  return linear(shifted(x, { shift, scale, eps }), p.proj_out);
}

/** Embedded timesteps, those of frames with the states' embedding: `[b|1 g c]`. */
function timestepEmbedding(
  config: Sizes,
  { parameters, latents, timesteps, states, linearOf = withoutDropout }: ForwardArguments,
  [frames, rows, columns]: Grid,
): tf.Tensor {
  const [, groups = 0] = timesteps.shape;
  const tokens = frames * rows * columns;
  if (![1, frames, tokens].includes(groups)) {
    throw new DitSamplerError(
      'ARGUMENT',
      `${groups} timesteps for latents [${latents.shape.join()}]: give 1, one for each of ${frames} frames of tokens, or ` +
        `one for each of ${tokens} tokens`,
    );
  }
  const embedder = parameters.condition_embedder.time_embedder;
  const features = timestepFeatures(timesteps, config.freqDim);
  const temb = embedTimesteps(features, embedder, linearOf(TIME_PART));
  if (states === undefined) return temb;
  if (states.shape[1] !== frames || ![1, frames].includes(groups)) {
    throw new DitSamplerError(
      'ARGUMENT',
      `states [${states.shape.join()}] and ${groups} timesteps for ${frames} frames of tokens: states go with one timestep ` +
        'for each frame',
    );
  }
  return tf.add(temb, states);
}
