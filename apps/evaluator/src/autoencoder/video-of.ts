import type { Frames, Window } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import { EvaluatorError } from '../evaluator-error.ts';

/** Frames that one latent frame stands for. */
const FRAMES_PER_LATENT = 4;

/** The known frames of a window as a video encoder takes them, `[1 t h w 3]`, [-1, 1]; t is the largest 1 + 4k there is. */
export function videoOf({ frames, shard, start }: Window): tf.Tensor {
  if (frames === undefined || frames.count === 0) {
    throw new EvaluatorError('windows', `the window at frame ${start} of shard ${shard} holds no pictures`);
  }
  const whole = 1 + Math.floor((frames.count - 1) / FRAMES_PER_LATENT) * FRAMES_PER_LATENT;
  return videoTensor(frames, whole);
}

/** The first frames as `[1 t h w 3]` in [-1, 1]. */
export function videoTensor({ data, height, width }: Frames, count: number): tf.Tensor {
  const pixels = new Float32Array(count * height * width * 3);
  // A loop: `Float32Array.from` with a function takes a hundred times as long, more than encoding the video.
  for (let i = 0; i < pixels.length; i++) pixels[i] = (data[i] ?? 0) / 127.5 - 1;
  return tf.tensor(pixels, [1, count, height, width, 3]);
}
