import { tf } from '@borealis/tensor';
import type { LossAndLogs, Parameters } from '@borealis/training';
import type { DitBatch } from '../batch.ts';
import type { DitSamplerConfig } from '../config.ts';
import { asDitParameters } from '../parameters.ts';
import { TRAINING_TIMESTEPS } from '../solvers/noise-schedule.ts';
import { embedStates } from '../states/embed-states.ts';
import { embedText } from '../transformer/forward.ts';
import { TEXT_PART } from '../transformer/linear.ts';
import { addNoise } from './add-noise.ts';
import { adapterDropout } from './adapter-dropout.ts';
import { generatedVelocity } from './generated-velocity.ts';

/**
 * Flow matching (Lipman et al. 2023): the mean squared error of the velocity ε − x at a random level of noise, of the
 * generated frames alone. `clean` in the logs is that of the latents which the velocity means.
 */
export function loss(config: DitSamplerConfig, parameters: Parameters, batch: DitBatch): LossAndLogs {
  const p = asDitParameters(config, parameters);
  const { latents, noise, sigmas, text, states, keepStates, dropoutSeed } = batch;
  const k = config.contextLatents;
  const given = tf.slice(latents, [0, 0, 0, 0, 0], [-1, k, -1, -1, -1]);
  const clean = tf.slice(latents, [0, k, 0, 0, 0], [-1, -1, -1, -1, -1]);
  const linearOf = adapterDropout(config.lora?.dropout ?? 0, dropoutSeed);
  const predicted = generatedVelocity(config, {
    parameters: p,
    ...(k === 0 ? {} : { given }),
    noisy: addNoise(clean, noise, sigmas),
    timesteps: tf.mul(sigmas, TRAINING_TIMESTEPS),
    text: embedText(text, p, linearOf(TEXT_PART)),
    ...(p.state_conditioner === undefined || states === undefined
      ? {}
      : { states: embedStates(config, states, p.state_conditioner, keepStates) }),
    linearOf,
  });
  const error = tf.sub(predicted, tf.sub(noise, clean));
  const level = tf.reshape(sigmas, [-1, 1, 1, 1, 1]);
  return {
    loss: tf.mean(tf.square(error)),
    logs: { clean: tf.mean(tf.square(tf.mul(error, level))) },
  };
}
