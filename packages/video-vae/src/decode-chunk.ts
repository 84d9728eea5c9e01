import { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { decoder } from './decoder.ts';
import { VideoVaeError } from './errors.ts';
import { pointConvolution } from './layers/causal-convolution.ts';
import { unpatchify } from './layers/patches.ts';
import type { VideoVaeParameters } from './parameters.ts';
import type { VaeCache } from './time/stream-time.ts';
import { streamTime } from './time/stream-time.ts';
import type { Trace } from './trace.ts';

export interface DecodeChunkArguments {
  readonly parameters: VideoVaeParameters;
  /** `[b t h w z]`, not normalised (`denormaliseLatents`); any number of frames. */
  readonly latents: tf.Tensor;
  /** What the chunk before returned; empty before the first. */
  readonly cache: VaeCache;
  readonly trace?: Trace;
}

/**
 * Decodes the next frames of a latent video. Any division into chunks gives the same frames; the cache's size doesn't
 * depend on the length.
 *
 * @returns `[b t' 16·h 16·w 3]`, [-1, 1]; t' = 1 + 4 (t − 1) for the first chunk, 4t for later ones
 * @throws VideoVaeError `VIDEO` where the shape is another
 */
export function decodeChunk(
  config: VideoVaeConfig,
  given: DecodeChunkArguments,
): { readonly video: tf.Tensor; readonly cache: VaeCache } {
  const { video, cache } = decodeUnclamped(config, given);
  return { video: clampPixels(video), cache };
}

/** The same, with pixels as the network gives them: what a loss compares. */
export function decodeUnclamped(
  config: VideoVaeConfig,
  { parameters: p, latents, cache, trace }: DecodeChunkArguments,
): { readonly video: tf.Tensor; readonly cache: VaeCache } {
  checkLatents(config, latents.shape);
  const { time, next } = streamTime(cache);
  const x = pointConvolution(latents, p.post_quant_conv);
  const patches = decoder(config, p.decoder, { latents: x, time, ...(trace === undefined ? {} : { trace }) });
  const video = unpatchify(patches, config.patchSize);
  trace?.('sample_before_clamp', video);
  return { video, cache: next };
}

export function clampPixels(video: tf.Tensor): tf.Tensor {
  return tf.clipByValue(video, -1, 1);
}

/** @throws VideoVaeError `VIDEO` */
export function checkLatents({ zDim }: VideoVaeConfig, shape: readonly number[]): void {
  if (shape.length === 5 && shape.at(-1) === zDim && !shape.includes(0)) return;
  throw new VideoVaeError(
    'VIDEO',
    `latents are [${shape.join(', ')}]: [batch, frames, height, width, ${zDim}] is needed, none of them empty`,
  );
}
