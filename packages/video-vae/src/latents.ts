import { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';

/** What the encoder says of a video: each latent number as a normal distribution. `[b t h w z]` each. */
export type Moments = { readonly mean: tf.Tensor; readonly logVariance: tf.Tensor };

const LOG_VARIANCE_RANGE = [-30, 20] as const;

/** `[b t h w 2·z]`, means before logarithms of variances, the latter clamped to [-30, 20]. */
export function splitMoments(moments: tf.Tensor): Moments {
  const [mean, logVariance] = tf.split(moments, 2, -1) as [tf.Tensor, tf.Tensor];
  return { mean, logVariance: tf.clipByValue(logVariance, ...LOG_VARIANCE_RANGE) };
}

/** A sample of the distributions. @param noise standard normals `[b t h w z]` */
export function sampleMoments({ mean, logVariance }: Moments, noise: tf.Tensor): tf.Tensor {
  return tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
}

/** Latents as models of them take them: of each channel mean 0 and deviation 1 over the videos that the VAE was made for. */
export function normaliseLatents(config: VideoVaeConfig, latents: tf.Tensor): tf.Tensor {
  return tf.div(tf.sub(latents, tf.tensor1d(config.latentsMean)), tf.tensor1d(config.latentsStd));
}

/** The inverse of `normaliseLatents`. */
export function denormaliseLatents(config: VideoVaeConfig, latents: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(latents, tf.tensor1d(config.latentsStd)), tf.tensor1d(config.latentsMean));
}
