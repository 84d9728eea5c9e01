import { tf } from '@borealis/tensor';
import type { LossAndLogs, Parameters } from '@borealis/training';
import type { VaeBatch } from './batch.ts';
import type { VideoVaeConfig } from './config.ts';
import { decodeUnclamped } from './decode-chunk.ts';
import { encodeChunk } from './encode-chunk.ts';
import type { Moments } from './latents.ts';
import { sampleMoments } from './latents.ts';
import { asVideoVaeParameters } from './parameters.ts';

export interface PerceptualLoss {
  /** How far pictures look apart: `[n h w 3]` each, [-1, 1] → a scalar. */
  readonly distance: (decoded: tf.Tensor, truth: tf.Tensor) => tf.Tensor;
  readonly weight: number;
}

/**
 * Mean absolute error of pixels plus `klWeight` times the divergence of latents from a standard normal, in nats per
 * number of a pixel (Rombach et al. 2022, appendix G, without the discriminator), plus, if wished, a perceptual distance.
 *
 * Logs: `reconstruction`, the absolute error; `kl`, nats per latent number; `psnr` of the pooled squared error, dB.
 */
export function loss(
  config: VideoVaeConfig,
  parameters: Parameters,
  { video, noise }: VaeBatch,
  perceptual?: PerceptualLoss,
): LossAndLogs {
  const p = asVideoVaeParameters(config, parameters);
  const { moments } = encodeChunk(config, { parameters: p, video, cache: {} });
  const latents = sampleMoments(moments, noise);
  const { video: decoded } = decodeUnclamped(config, { parameters: p, latents, cache: {} });
  const reconstruction = tf.mean(tf.abs(tf.sub(decoded, video)));
  const divergence = tf.sum(divergenceOf(moments));
  const total = tf.add(reconstruction, tf.mul(divergence, config.klWeight / video.size));
  const logs = { reconstruction, kl: tf.div(divergence, noise.size), psnr: psnrOf(decoded, video) };
  if (perceptual === undefined) return { loss: total, logs };
  const distance = perceptual.distance(pictures(tf.clipByValue(decoded, -1, 1)), pictures(video));
  return {
    loss: tf.add(total, tf.mul(distance, perceptual.weight)),
    logs: { ...logs, perceptual: distance },
  };
}

/** Of each latent number, in nats: ½ (μ² + σ² − 1 − ln σ²). */
function divergenceOf({ mean, logVariance }: Moments): tf.Tensor {
  const variance = tf.exp(logVariance);
  return tf.mul(tf.sub(tf.add(tf.square(mean), variance), tf.add(logVariance, 1)), 0.5);
}

function psnrOf(decoded: tf.Tensor, truth: tf.Tensor): tf.Tensor {
  const peak = 2; // of [-1, 1]
  const error = tf.mean(tf.squaredDifference(tf.clipByValue(decoded, -1, 1), truth));
  return tf.mul(tf.log(tf.div(peak ** 2, error)), 10 / Math.LN10);
}

function pictures(video: tf.Tensor): tf.Tensor {
  const [b, t, h, w, c] = video.shape as [number, number, number, number, number];
  return tf.reshape(video, [b * t, h, w, c]);
}
