import type { Dataset } from '@borealis/dataset';
import type { LpipsWeights } from '@borealis/perceptual';
import { loadLpips, lpips } from '@borealis/perceptual';
import { tf } from '@borealis/tensor';
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
  loss: (config, parameters, batch) => {
    if (config.perceptual === null) return loss(config, parameters, batch);
    throw new VideoVaeError(
      'WEIGHTS',
      `the perceptual loss needs the weights in ${config.perceptual.weights}: take the model that \`withFiles\` gives`,
    );
  },
  withFiles: async ({ perceptual }) =>
    perceptual === null ? videoVae : perceptualVideoVae(await loadLpips(perceptual.weights)),
};

/** The same with LPIPS in its loss, weighed as the configuration says; the weights stay the caller's. */
export function perceptualVideoVae(weights: LpipsWeights): FrameModel<VideoVaeConfig, VaeBatch> {
  const distance = (decoded: tf.Tensor, truth: tf.Tensor) => tf.mean(lpips(weights, decoded, truth));
  return {
    ...videoVae,
    loss: (config, parameters, batch) => {
      const { perceptual } = config;
      const term = perceptual === null ? undefined : { distance, weight: perceptual.weight };
      return loss(config, parameters, batch, term);
    },
  };
}

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
