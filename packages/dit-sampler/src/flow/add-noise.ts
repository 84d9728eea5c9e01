import { tf } from '@borealis/tensor';

/**
 * Latents on the straight line from data to noise: `(1 − σ) x + σ ε` (Lipman et al. 2023; Esser et al. 2024).
 *
 * @param clean `[b …]`
 * @param noise `[b …]`, standard normal
 * @param sigmas `[b]`, in [0, 1]
 */
export function addNoise(clean: tf.Tensor, noise: tf.Tensor, sigmas: tf.Tensor): tf.Tensor {
  const perSample = tf.reshape(sigmas, [-1, ...clean.shape.slice(1).map(() => 1)]);
  return tf.add(tf.mul(tf.sub(1, perSample), clean), tf.mul(perSample, noise));
}
