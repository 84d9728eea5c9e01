import { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { checkLatents, clampPixels } from './decode-chunk.ts';
import { decoder } from './decoder.ts';
import { pointConvolution } from './layers/causal-convolution.ts';
import { lastFrames, timeOf } from './layers/frames.ts';
import { unpatchify } from './layers/patches.ts';
import type { VideoVaeParameters } from './parameters.ts';
import { latentFramesSeen, tailTime } from './time/tail-time.ts';

/**
 * The last frame of a whole latent video, equal to that of decoding all of it: each layer computes only what this frame
 * stands on. Memory doesn't grow beyond the receptive field, which is 38 latent frames at the published size.
 *
 * @param latents `[b t h w z]`, not normalised
 * @returns `[b 16·h 16·w 3]`, [-1, 1]
 * @throws VideoVaeError `VIDEO` where the shape is another
 */
export function decodeLastFrame(
  config: VideoVaeConfig,
  { parameters: p, latents }: { readonly parameters: VideoVaeParameters; readonly latents: tf.Tensor },
): tf.Tensor {
  checkLatents(config, latents.shape);
  const all = timeOf(latents);
  const seen = lastFrames(latents, Math.min(all, latentFramesSeen(config)));
  const x = pointConvolution(seen, p.post_quant_conv);
  const patches = decoder(config, p.decoder, { latents: x, time: tailTime(config, all) });
  return tf.squeeze(clampPixels(unpatchify(patches, config.patchSize)), [1]);
}
