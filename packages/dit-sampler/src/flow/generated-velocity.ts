import { tf } from '@borealis/tensor';
import type { DitSamplerConfig } from '../config.ts';
import type { ForwardArguments } from '../transformer/forward.ts';
import { velocity } from '../transformer/forward.ts';

export interface GeneratedVelocityArguments extends Pick<
  ForwardArguments,
  'parameters' | 'text' | 'states' | 'linearOf'
> {
  /** Latent frames that are given and stay, `[b|1 k h w c]`; none: the window is all generated. */
  readonly given?: tf.Tensor;
  /** The others, somewhere between noise and data, `[b t−k h w c]` */
  readonly noisy: tf.Tensor;
  /** `[b|1]`, [0, 1000] */
  readonly timesteps: tf.Tensor;
}

/**
 * The velocity of latent frames that follow given ones: these stand before them as they are, at timestep 0 (Wan2.2
 * wan/textimage2video.py).
 *
 * @returns `[b t−k h w c]`
 */
export function generatedVelocity(config: DitSamplerConfig, args: GeneratedVelocityArguments): tf.Tensor {
  const { given, noisy, timesteps, ...rest } = args;
  const [b, generated] = noisy.shape as [number, number];
  const context = given?.shape[1] ?? 0;
  const [perToken] = config.patchSize;
  const perFrame = tf.concat(
    [
      tf.zeros([timesteps.size, context / perToken]),
      tf.mul(tf.reshape(timesteps, [timesteps.size, 1]), tf.ones([1, generated / perToken])),
    ],
    1,
  );
  const latents = given === undefined ? noisy : tf.concat([repeated(given, b), noisy], 1);
  const whole = velocity(config, { ...rest, latents, timesteps: perFrame });
  return tf.slice(whole, [0, context, 0, 0, 0], [-1, generated, -1, -1, -1]);
}

/** `[1 …]` for b samples, `[b …]` as it is. */
function repeated(given: tf.Tensor, b: number): tf.Tensor {
  return given.shape[0] === b ? given : tf.tile(given, [b, 1, 1, 1, 1]);
}
