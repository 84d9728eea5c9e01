import { namedLeaves, tf } from '@borealis/tensor';
import type { VideoVae, VideoVaeConfig, VideoVaeOptions } from '@borealis/video-vae';
import { createVideoVae } from '@borealis/video-vae';
import { encoderHash } from './encoder-hash.ts';
import { loadAutoencoder } from './load-autoencoder.ts';

/** A video autoencoder, ready to encode and decode. */
export interface Autoencoder {
  readonly folder: string;
  readonly vae: VideoVae;
  readonly config: VideoVaeConfig;
  /** Content hash of what it encodes with, at f32 and without tiles: that of the latents which `data encode` makes. */
  readonly encoder: string;
  dispose(): void;
}

/**
 * Opens what `loadAutoencoder` loads. The backend must have been started.
 *
 * @throws EvaluatorError `autoencoder`; VideoVaeError; the system's errors
 */
export async function openAutoencoder(
  folder: string,
  { tell, ...options }: VideoVaeOptions & { readonly tell?: (message: string) => void } = {},
): Promise<Autoencoder> {
  const loaded = await loadAutoencoder(folder, { tell, precision: options.precision });
  const { config, parameters } = loaded;
  const vae = createVideoVae(config, parameters, options);
  return {
    ...{ folder, vae, config },
    encoder: encoderHash(loaded, { precision: 'f32' }),
    dispose: () => {
      vae.dispose();
      tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    },
  };
}
