import { z } from 'zod';
import type { DitSamplerConfig } from './config.ts';
import { ditSamplerConfigSchema, presets } from './config.ts';
import { DitSamplerError } from './errors.ts';

/** What `transformer/config.json` of the diffusers layout must say; keys that it has besides are left alone. */
const publishedSchema = z.object({
  _class_name: z.literal('WanTransformer3DModel'),
  num_layers: z.int(),
  num_attention_heads: z.int(),
  attention_head_dim: z.int(),
  ffn_dim: z.int(),
  freq_dim: z.int(),
  in_channels: z.int(),
  out_channels: z.int(),
  text_dim: z.int(),
  patch_size: z.tuple([z.int(), z.int(), z.int()]),
  eps: z.number(),
  /** The form of Wan: normalised across heads, a norm before cross-attention, no pictures as keys and values. */
  qk_norm: z.literal('rms_norm_across_heads'),
  cross_attn_norm: z.literal(true),
  added_kv_proj_dim: z.null().optional(),
  image_dim: z.null().optional(),
});

/**
 * What `config.json` beside the original checkpoint must say (Wan2.2 wan/modules/model.py). The rest of its form is in that
 * code alone: its `ignore_for_config`.
 */
const originalSchema = z.object({
  _class_name: z.literal('WanModel'),
  num_layers: z.int(),
  num_heads: z.int().positive(),
  dim: z.int(),
  ffn_dim: z.int(),
  freq_dim: z.int(),
  in_dim: z.int(),
  out_dim: z.int(),
  eps: z.number(),
});
const ORIGINAL_TEXT_DIM = 4096;
const ORIGINAL_PATCH = [1, 2, 2];

/**
 * The configuration in a `config.json` of diffusers' layout (`transformer/`) or of the original one; what it doesn't tell
 * (latents, states, adapters, how to train) is that of `wan2.2-ti2v-5b`.
 *
 * @throws DitSamplerError `WEIGHTS` where it is that of another model
 */
export function fromPublishedConfig(published: unknown): DitSamplerConfig {
  const original = originalSchema.safeParse(published).data;
  const { data, error } = publishedSchema.safeParse(
    original === undefined ? published : inTermsOfDiffusers(original),
  );
  if (data === undefined) {
    throw new DitSamplerError(
      'WEIGHTS',
      `this is not the configuration of a Wan transformer:\n${z.prettifyError(error)}`,
    );
  }
  if (data.in_channels !== data.out_channels) {
    throw new DitSamplerError(
      'WEIGHTS',
      `a transformer of ${data.in_channels} channels in and ${data.out_channels} out is given pictures by channels: TI2V-5B has 48 both ways`,
    );
  }
  return ditSamplerConfigSchema.parse({
    ...presets['wan2.2-ti2v-5b'],
    layers: data.num_layers,
    heads: data.num_attention_heads,
    headDim: data.attention_head_dim,
    ffnDim: data.ffn_dim,
    freqDim: data.freq_dim,
    latentChannels: data.in_channels,
    textDim: data.text_dim,
    patchSize: data.patch_size,
    eps: data.eps,
  });
}

function inTermsOfDiffusers({
  dim,
  num_heads,
  in_dim,
  out_dim,
  ...same
}: z.infer<typeof originalSchema>): Record<string, unknown> {
  return {
    ...same,
    _class_name: 'WanTransformer3DModel',
    num_attention_heads: num_heads,
    attention_head_dim: dim / num_heads,
    in_channels: in_dim,
    out_channels: out_dim,
    text_dim: ORIGINAL_TEXT_DIM,
    patch_size: ORIGINAL_PATCH,
    qk_norm: 'rms_norm_across_heads',
    cross_attn_norm: true,
  };
}
