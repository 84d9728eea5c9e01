import type { Dataset } from '@borealis/dataset';
import type { FrameModel } from '@borealis/training';
import type { VaeBatch } from './batch.ts';
import { toBatch } from './batch.ts';
import type { VideoVaeConfig } from './config.ts';
import { presets, spatialRatio, videoVaeConfigSchema } from './config.ts';
import { VideoVaeError } from './errors.ts';
import { init } from './init.ts';
import { loss } from './loss.ts';

/** The Wan 2.2 VAE, as the trainer and the command line load it. */
export const videoVae: FrameModel<VideoVaeConfig, VaeBatch> = {
  name: 'video-vae',
  track: 'frames',
  configSchema: videoVaeConfigSchema,
  presets,
  windowSpec: ({ clipFrames }) => ({ frames: clipFrames, stride: clipFrames, content: 'frames' }),
  adapt: (config, dataset) => ({ ...config, cropSize: cropFor(config, dataset) }),
  fitStatistics: () => Promise.resolve({}),
  init,
  trainable: () => true,
  toBatch: (config, _, windows, random) => toBatch(config, windows, random),
  loss: (config, parameters, batch) => loss(config, parameters, batch),
};

/** Pictures smaller than the crop are taken as large as they are, to whole latent pixels. */
function cropFor(config: VideoVaeConfig, { frameSize, dir }: Dataset): number | null {
  if (frameSize === undefined) {
    throw new VideoVaeError('DATASET', `${dir} holds tokens, not pictures: the raw data is needed`);
  }
  const { height, width } = frameSize;
  const ratio = spatialRatio(config);
  const whole = height % ratio === 0 && width % ratio === 0;
  if (config.cropSize === null && whole) return null;
  const largest = Math.floor(Math.min(height, width) / ratio) * ratio;
  if (largest === 0) {
    throw new VideoVaeError(
      'DATASET',
      `${dir} holds pictures of ${height}×${width}; at least ${ratio}×${ratio} is needed`,
    );
  }
  return Math.min(config.cropSize ?? largest, largest);
}
