import type { Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import { CliError } from '../cli-error.ts';

/** Frames that one latent frame stands for. */
const FRAMES_PER_LATENT = 4;

/** The known frames of a window as a video encoder takes them, `[1 t h w 3]`, [-1, 1]; t is the largest 1 + 4k there is. */
export function videoOf({ frames, shard, start }: Window): tf.Tensor {
  if (frames === undefined || frames.count === 0)
    throw new CliError('invalid-option', `the window at frame ${start} of shard ${shard} holds no pictures`);
  const { count, height, width, data } = frames;
  const whole = 1 + Math.floor((count - 1) / FRAMES_PER_LATENT) * FRAMES_PER_LATENT;
  const pixels = Float32Array.from(data.subarray(0, whole * height * width * 3), (byte) => byte / 127.5 - 1);
  return tf.tensor(pixels, [1, whole, height, width, 3]);
}
