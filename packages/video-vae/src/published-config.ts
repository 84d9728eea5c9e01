import { z } from 'zod';
import type { VideoVaeConfig } from './config.ts';
import { presets, spatialRatio, temporalRatio, videoVaeConfigSchema } from './config.ts';
import { VideoVaeError } from './errors.ts';

/** What `vae/config.json` of the diffusers layout must say; keys that it has besides are left alone. */
const publishedSchema = z.object({
  base_dim: z.int(),
  decoder_base_dim: z.int().nullish(),
  z_dim: z.int(),
  dim_mult: z.array(z.int()),
  num_res_blocks: z.int(),
  temperal_downsample: z.array(z.boolean()),
  patch_size: z.int(),
  latents_mean: z.array(z.number()),
  latents_std: z.array(z.number()),
  /** The form of Wan 2.2: shortcuts around every level. */
  is_residual: z.literal(true),
  attn_scales: z.array(z.number()).max(0).optional(),
});

/**
 * The configuration in a `vae/config.json` of the diffusers layout (`AutoencoderKLWan` of Wan 2.2); how to train is that of
 * `small`.
 *
 * @throws VideoVaeError `WEIGHTS` where it is that of another model
 */
export function fromPublishedConfig(published: unknown): VideoVaeConfig {
  const { data, error } = publishedSchema.safeParse(published);
  if (data === undefined) {
    throw new VideoVaeError(
      'WEIGHTS',
      `this is not the configuration of a Wan 2.2 VAE (one of Wan 2.1 has no is_residual):\n${z.prettifyError(error)}`,
    );
  }
  return videoVaeConfigSchema.parse({
    ...presets.small,
    baseDim: data.base_dim,
    decoderBaseDim: data.decoder_base_dim ?? data.base_dim,
    zDim: data.z_dim,
    dimMult: data.dim_mult,
    numResBlocks: data.num_res_blocks,
    temporalDownsample: data.temperal_downsample,
    patchSize: data.patch_size,
    latentsMean: data.latents_mean,
    latentsStd: data.latents_std,
  });
}

/** The inverse: what diffusers needs to load parameters of this configuration. */
export function toPublishedConfig(config: VideoVaeConfig): Readonly<Record<string, unknown>> {
  const channels = 3 * config.patchSize ** 2;
  return {
    _class_name: 'AutoencoderKLWan',
    base_dim: config.baseDim,
    decoder_base_dim: config.decoderBaseDim,
    z_dim: config.zDim,
    dim_mult: config.dimMult,
    num_res_blocks: config.numResBlocks,
    attn_scales: [],
    temperal_downsample: config.temporalDownsample,
    dropout: 0,
    latents_mean: config.latentsMean,
    latents_std: config.latentsStd,
    is_residual: true,
    in_channels: channels,
    out_channels: channels,
    patch_size: config.patchSize,
    scale_factor_spatial: spatialRatio(config),
    scale_factor_temporal: temporalRatio(config),
  };
}
