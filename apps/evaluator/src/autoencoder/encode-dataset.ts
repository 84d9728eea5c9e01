import type { Dataset, WriteLatentsSummary } from '@borealis/dataset';
import { writeLatents } from '@borealis/dataset';
import { tf } from '@borealis/tensor';
import type { Tiling } from '@borealis/video-vae';
import { createVideoVae } from '@borealis/video-vae';
import { encoderHash } from './encoder-hash.ts';
import type { LoadedVae } from './published-vae.ts';
import { videoOf } from './video-of.ts';

export interface EncodeDatasetOptions {
  readonly dataset: Dataset;
  readonly vae: LoadedVae;
  readonly frames: number;
  readonly stride: number;
  readonly precision: 'f32' | 'bf16';
  readonly tiling?: Tiling;
  readonly signal?: AbortSignal;
  readonly onSegment?: (done: number, total: number, found: number) => void;
}

/** Encodes every window of a dataset into latents beside it; an interrupted call is gone on with by the same call. */
export async function encodeDataset(options: EncodeDatasetOptions): Promise<WriteLatentsSummary> {
  const { dataset, vae, frames, stride, precision, tiling, signal, onSegment } = options;
  const settings = { precision, ...(tiling === undefined ? {} : { tiling }) };
  const encoder = createVideoVae(vae.config, vae.parameters, settings);
  try {
    return await writeLatents({
      dataset,
      spec: { frames, stride, content: 'frames' },
      encoder: encoderHash(vae, settings),
      encode: (window) => {
        const video = videoOf(window);
        const latents = encoder.encode(video);
        const [, count = 0, height = 0, width = 0, channels = 0] = latents.shape;
        const data = latents.dataSync<'float32'>();
        tf.dispose([video, latents]);
        return { data, count, height, width, channels };
      },
      ...(signal === undefined ? {} : { signal }),
      ...(onSegment === undefined ? {} : { onSegment }),
    });
  } finally {
    encoder.dispose();
  }
}
