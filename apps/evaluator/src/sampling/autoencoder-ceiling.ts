import { tf } from '@borealis/tensor';
import type { VideoVae } from '@borealis/video-vae';
import { videoTensor } from '../autoencoder/video-of.ts';
import type { FrameCandidate } from './frame-candidate.ts';

/** What no prediction through this autoencoder can be expected to beat: the true latents, decoded. */
export function autoencoderCeiling(vae: VideoVae): FrameCandidate {
  return {
    name: 'true latents, decoded',
    ceiling: true,
    predict: ({ frames }) => {
      const video = videoTensor(frames, frames.count);
      const latents = vae.encode(video);
      const decoded = vae.decodeLastFrame(latents);
      const data = decoded.dataSync<'float32'>().map((value) => (value + 1) * 127.5);
      tf.dispose([video, latents, decoded]);
      return Promise.resolve({ data, count: 1, height: frames.height, width: frames.width });
    },
  };
}
