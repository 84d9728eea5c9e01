import type { Frames, Window } from '@borealis/dataset';
import type { Random } from '@borealis/tensor';
import { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { spatialRatio, temporalRatio } from './config.ts';
import { VideoVaeError } from './errors.ts';

export type VaeBatch = {
  /** `[b t h w 3]`, [-1, 1] */
  readonly video: tf.Tensor;
  /** `[b t' h/16 w/16 z]`: standard normals in training; zeros, which give the likeliest latents, without `random` */
  readonly noise: tf.Tensor;
};

const RGB = 3;

/**
 * Clips of `clipFrames` frames, of which squares of `cropSize` are cut: at random, or from the middle without `random`.
 *
 * @throws VideoVaeError `WINDOW` where a window lacks pictures, or they are too few or too small
 */
export function toBatch(config: VideoVaeConfig, windows: readonly Window[], random?: Random): VaeBatch {
  const { clipFrames: t, cropSize, zDim } = config;
  const clips = windows.map((window) => framesOf(config, window));
  const [first] = clips;
  if (first === undefined) throw new VideoVaeError('WINDOW', 'a batch of no windows');
  const [h, w] = cropSize === null ? [first.height, first.width] : [cropSize, cropSize];
  const pixels = new Float32Array(clips.length * t * h * w * RGB);
  clips.forEach((clip, i) => {
    const place = (room: number) => (random === undefined ? Math.floor(room / 2) : random.integer(0, room));
    const corner = { top: place(clip.height - h), left: place(clip.width - w) };
    cut(clip, { ...corner, t, h, w }, pixels.subarray(i * t * h * w * RGB));
  });
  const ratio = spatialRatio(config);
  const latents = [clips.length, 1 + (t - 1) / temporalRatio(config), h / ratio, w / ratio, zDim];
  return {
    video: tf.tensor(pixels, [clips.length, t, h, w, RGB]),
    noise: random === undefined ? tf.zeros(latents) : random.normalTensor(latents),
  };
}

function framesOf(config: VideoVaeConfig, { frames, shard, start }: Window): Frames {
  const where = `the window at frame ${start} of shard ${shard}`;
  if (frames === undefined)
    throw new VideoVaeError('WINDOW', `${where} holds no pictures: raw data is needed`);
  const { count, height, width } = frames;
  const least = config.cropSize ?? 1;
  if (count < config.clipFrames || height < least || width < least) {
    throw new VideoVaeError(
      'WINDOW',
      `${where} holds ${count} frames of ${height}×${width}; ${config.clipFrames} of ${least}×${least} are needed`,
    );
  }
  return frames;
}

/** Bytes to [-1, 1]. */
function cut(
  { data, height, width }: Frames,
  { top, left, t, h, w }: { top: number; left: number; t: number; h: number; w: number },
  into: Float32Array,
): void {
  let at = 0;
  for (let frame = 0; frame < t; frame++) {
    for (let row = 0; row < h; row++) {
      const from = ((frame * height + top + row) * width + left) * RGB;
      for (let i = 0; i < w * RGB; i++) into[at++] = (data[from + i] ?? 0) / 127.5 - 1;
    }
  }
}
