import { tf } from '@borealis/tensor';
import type { VideoVaeConfig } from './config.ts';
import { denormaliseLatents } from './latents.ts';

/** Mean and deviation of each latent channel, from videos given one after the other. */
export interface LatentMeter {
  /** @param latents normalised as `createVideoVae` gives them, `[b t h w z]`; they stay */
  add(latents: tf.Tensor): void;
  /** The configuration with what was measured. Throws `RangeError` before anything was added. */
  measured(): VideoVaeConfig;
}

/** Smaller deviations would blow noise up: the channel is constant. */
const LEAST_DEVIATION = 1e-4;

/** For a VAE trained here: what its latents are to be normalised with is known only afterwards. */
export function measureLatents(config: VideoVaeConfig): LatentMeter {
  const sums = new Float64Array(config.zDim);
  const squares = new Float64Array(config.zDim);
  let count = 0;
  return {
    add: (latents) => {
      const plain = tf.tidy(() => denormaliseLatents(config, latents).dataSync());
      plain.forEach((value, i) => {
        const channel = i % config.zDim;
        sums[channel] = (sums[channel] ?? 0) + value;
        squares[channel] = (squares[channel] ?? 0) + value * value;
      });
      count += plain.length / config.zDim;
    },
    measured: () => {
      if (count === 0) throw new RangeError('no latents have been measured');
      const latentsMean = Array.from(sums, (sum) => sum / count);
      const latentsStd = latentsMean.map((mean, i) =>
        Math.max(LEAST_DEVIATION, Math.sqrt(Math.max(0, (squares[i] ?? 0) / count - mean * mean))),
      );
      return { ...config, latentsMean, latentsStd };
    },
  };
}
