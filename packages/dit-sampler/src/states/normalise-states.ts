import type { Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { Statistics } from '@borealis/training';
import { VELOCITIES } from '@borealis/training';
import type { DitSamplerConfig } from '../config.ts';
import { DitSamplerError } from '../errors.ts';
import { framesOfLatents } from '../window-latents.ts';

/**
 * The states of each window's frames, `[b frames channels]`, in the training set's deviations from its mean; velocities
 * from zero where the model hears motion.
 *
 * @throws DitSamplerError `WINDOW` where states end too early, `STATISTICS` where those of states are missing
 */
export function normaliseStates(
  config: Pick<DitSamplerConfig, 'states' | 'latentFrames'>,
  statistics: Statistics,
  windows: readonly Pick<Window, 'states'>[],
): tf.Tensor {
  const channels = config.states?.channels ?? 0;
  const frames = framesOfLatents(config.latentFrames);
  const mean = statisticOf('state_mean', statistics, channels).slice();
  const deviation = statisticOf('state_deviation', statistics, channels);
  // standing still is zero, or the way would grow
  if (config.states?.form === 'motion') mean.fill(0, channels - VELOCITIES);
  const values = new Float32Array(windows.length * frames * channels);
  for (const [i, { states }] of windows.entries()) {
    if (states.length < frames * channels) {
      throw new DitSamplerError(
        'WINDOW',
        `${config.latentFrames} latent frames need the states of ${frames} frames with ${channels} channels, these end at ` +
          `frame ${states.length / channels}`,
      );
    }
    for (let j = 0; j < frames * channels; j++) {
      const channel = j % channels;
      const value = (states[j] ?? NaN) - (mean[channel] ?? NaN);
      values[i * frames * channels + j] = value / (deviation[channel] ?? NaN);
    }
  }
  return tf.tensor(values, [windows.length, frames, channels]);
}

function statisticOf(name: string, statistics: Statistics, channels: number): Float32Array {
  const found = statistics[name];
  if (found?.length === channels) return found;
  throw new DitSamplerError(
    'STATISTICS',
    `the statistic ${name} ${found === undefined ? 'is missing' : `has ${found.length} numbers`}, ` +
      `states have ${channels} channels: take what fitStatistics gave for the training set`,
  );
}
