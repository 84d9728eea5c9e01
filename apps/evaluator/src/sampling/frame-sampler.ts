import type { Latents } from '@borealis/dataset';
import type { FloatFrames } from '@borealis/ensemble';
import { tf } from '@borealis/tensor';
import type { LatentSampler, SamplingOptions } from '@borealis/training';
import type { VideoVae, VideoVaeConfig } from '@borealis/video-vae';
import { temporalRatio } from '@borealis/video-vae';
import { videoTensor } from '../autoencoder/video-of.ts';
import type { FrameTask, FrameWindow } from './frame-candidate.ts';

export interface DrawFramesOptions extends SamplingOptions {
  /** So many of the samples are decoded whole, from the first frame that is not given; of the others the last frame alone. */
  readonly whole: number;
}

/** Draws futures of windows as pictures. */
export interface FrameSampler {
  readonly task: FrameTask;
  /** Samples, one after the other: `[t h w 3]` in [0, 255], not rounded. Sample i is the same however many are drawn. */
  draw(window: FrameWindow, options: DrawFramesOptions): AsyncGenerator<FloatFrames, void, void>;
}

/** A model of latents and the autoencoder whose latents they are; both stay the caller's. */
export function createFrameSampler(
  sampler: LatentSampler,
  { vae, config }: { readonly vae: VideoVae; readonly config: VideoVaeConfig },
): FrameSampler {
  const ratio = temporalRatio(config);
  const framesOf = (latents: number): number => (latents === 0 ? 0 : 1 + ratio * (latents - 1));
  const task = { contextFrames: framesOf(sampler.contextLatents), frames: framesOf(sampler.latents) };
  return {
    task,
    async *draw(window, { whole, ...drawing }) {
      const { frames: _, ...rest } = window;
      const latents = task.contextFrames === 0 ? undefined : contextLatents(window);
      let drawn = 0;
      for await (const sample of sampler.sample({ ...rest, ...(latents && { latents }) }, drawing))
        yield drawn++ < whole ? decodeFuture(sample) : decodeLast(sample);
    },
  };

  function contextLatents(window: FrameWindow): Latents {
    const video = videoTensor(window.frames, task.contextFrames);
    const latents = vae.encode(video);
    const [, t = 0, h = 0, w = 0, channels = 0] = latents.shape;
    const encoded = { data: latents.dataSync<'float32'>(), count: t, height: h, width: w, channels };
    tf.dispose([video, latents]);
    return encoded;
  }

  /** All frames that were not given. */
  function decodeFuture(latents: Latents): FloatFrames {
    const video = decoded(latents, (input) => vae.decode(input));
    const size = video.height * video.width * 3;
    return {
      ...video,
      data: video.data.subarray(task.contextFrames * size),
      count: video.count - task.contextFrames,
    };
  }

  function decodeLast(latents: Latents): FloatFrames {
    return decoded(latents, (input) => {
      const frame = vae.decodeLastFrame(input);
      const video = tf.expandDims(frame, 1);
      frame.dispose();
      return video;
    });
  }
}

/** Through a decoder, `[1 t h w c]` → `[1 t h w 3]` in [−1, 1], to brightness. */
function decoded(
  { data, count, height, width, channels }: Latents,
  decode: (latents: tf.Tensor) => tf.Tensor,
): FloatFrames {
  const input = tf.tensor(data, [1, count, height, width, channels]);
  const video = decode(input);
  const pixels = video.dataSync<'float32'>().map((value) => (value + 1) * 127.5);
  const [, t = 0, h = 0, w = 0] = video.shape;
  tf.dispose([input, video]);
  return { data: pixels, count: t, height: h, width: w };
}
