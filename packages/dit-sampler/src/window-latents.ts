import type { Window } from '@borealis/dataset';
import type { DitSamplerConfig } from './config.ts';
import { DitSamplerError } from './errors.ts';

/** Frames after the first of a window that a latent frame stands for (Wan's autoencoder). */
const FRAMES_PER_LATENT = 4;

/** Frames that `count` latent frames stand for. */
export function framesOfLatents(count: number): number {
  return 1 + FRAMES_PER_LATENT * (count - 1);
}

/**
 * The first latent frames of a window, `[count h w c]`, of the model's size.
 *
 * @throws DitSamplerError `WINDOW`
 */
export function latentsOf(config: DitSamplerConfig, window: Window, count: number): Float32Array {
  const { latentHeight, latentWidth, latentChannels } = config;
  const { latents } = window;
  const where = `the window at frame ${window.start} of shard ${window.shard}`;
  if (latents === undefined) {
    throw new DitSamplerError(
      'WINDOW',
      `${where} holds no latents: encode its frames with the autoencoder first`,
    );
  }
  const found = [latents.height, latents.width, latents.channels];
  const wanted = [latentHeight, latentWidth, latentChannels];
  const size = count * latentHeight * latentWidth * latentChannels;
  if (found.join() !== wanted.join() || latents.count < count || latents.data.length < size) {
    throw new DitSamplerError(
      'WINDOW',
      `${where} holds ${latents.count} latent frames of ${found.join('×')}; the model needs ${count} of ${wanted.join('×')}`,
    );
  }
  return latents.data.subarray(0, size);
}
