import { tf } from '@borealis/tensor';
import { VELOCITIES } from '@borealis/training';

/** Velocities are per second. */
const FRAMES_PER_SECOND = 30;

/** Channels that `motionSince` makes of a state's. */
export function motionChannels(channels: number): number {
  return channels + VELOCITIES;
}

/**
 * What has changed since the last given frame: what positions differ by, velocities, and the ways that they make, before
 * that frame backwards. How far the camera has gone shows in a picture; a velocity alone does not say it.
 *
 * @param states `[b f channels]`, normalised for this; the last channels are velocities, linear and angular
 * @param last the last given frame
 * @returns `[b f motionChannels]`
 */
export function motionSince(states: tf.Tensor, last: number): tf.Tensor {
  const positions = (states.shape[2] ?? 0) - VELOCITIES;
  const [position, velocity] = tf.split(states, [positions, VELOCITIES], -1) as [tf.Tensor, tf.Tensor];
  const way = tf.div(tf.cumsum(velocity, 1), FRAMES_PER_SECOND);
  return tf.concat([since(position, last), velocity, since(way, last)], -1);
}

function since(x: tf.Tensor, frame: number): tf.Tensor {
  return tf.sub(x, tf.slice(x, [0, frame, 0], [-1, 1, -1]));
}
