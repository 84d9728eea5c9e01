import type { tf } from '@borealis/tensor';
import { spatialRatio, temporalRatio } from './config.ts';
import type { VideoVaeConfig } from './config.ts';
import { encoder } from './encoder.ts';
import { VideoVaeError } from './errors.ts';
import { patchify } from './layers/patches.ts';
import { pointConvolution } from './layers/causal-convolution.ts';
import type { Moments } from './latents.ts';
import { splitMoments } from './latents.ts';
import type { VideoVaeParameters } from './parameters.ts';
import type { VaeCache } from './time/stream-time.ts';
import { streamTime } from './time/stream-time.ts';
import type { Trace } from './trace.ts';

export interface EncodeChunkArguments {
  readonly parameters: VideoVaeParameters;
  /** `[b t h w 3]`, [-1, 1]; sides are multiples of 16. The first chunk has 1 + 4k frames, later ones 4k. */
  readonly video: tf.Tensor;
  /** What the chunk before returned; empty before the first. */
  readonly cache: VaeCache;
  readonly trace?: Trace;
}

/**
 * Encodes the next frames of a video. Any division into chunks gives the same moments, those of the whole video: the
 * cache has what causal layers still see of the past, and its size doesn't depend on the length.
 *
 * @returns moments before normalisation, `[b t' h/16 w/16 z]`, t' = 1 + k for the first chunk, k for later ones
 * @throws VideoVaeError `VIDEO` where the shape is none of these
 */
export function encodeChunk(
  config: VideoVaeConfig,
  { parameters: p, video, cache, trace }: EncodeChunkArguments,
): { readonly moments: Moments; readonly cache: VaeCache } {
  checkVideo(config, video.shape, Object.keys(cache).length === 0);
  const { time, next } = streamTime(cache);
  const patches = patchify(video, config.patchSize);
  trace?.('patchify', patches);
  const x = encoder(config, p.encoder, { patches, time, ...(trace === undefined ? {} : { trace }) });
  trace?.('encoder_out', x);
  return { moments: splitMoments(pointConvolution(x, p.quant_conv)), cache: next };
}

/** @throws VideoVaeError `VIDEO` */
export function checkVideo(config: VideoVaeConfig, shape: readonly number[], first: boolean): void {
  const [space, time] = [spatialRatio(config), temporalRatio(config)];
  const [, t = 0, h = 0, w = 0, c] = shape;
  const where = `the video is [${shape.join(', ')}]`;
  if (shape.length !== 5 || c !== 3)
    throw new VideoVaeError('VIDEO', `${where}: [batch, frames, height, width, 3] is needed`);
  if (h % space !== 0 || w % space !== 0)
    throw new VideoVaeError(
      'VIDEO',
      `${where}: height and width must be multiples of ${space}; crop or pad it`,
    );
  if (t < 1 || (first ? t - 1 : t) % time !== 0) {
    const wanted = first ? `a video begins with 1 + ${time}k frames` : `it goes on with ${time}k frames`;
    throw new VideoVaeError('VIDEO', `${where}: ${wanted}, not ${t}; drop or repeat some`);
  }
}
