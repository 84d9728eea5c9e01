import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = (name: string) => fileURLToPath(new URL(`../../models/${name}`, import.meta.url));

/** What comes with this package, trained on further recordings of the sample data's robot: cards beside the weights. */
export const shippedModels = {
  /** Block FSQ, fitted on the recordings that the ST-transformer was trained on. */
  tokenizer: folder('block-fsq-eve-sim/tokenizer.safetensors'),
  /** A model folder. */
  stTransformer: folder('st-transformer-eve-sim'),
  /** A model folder: the autoencoder whose latents the sampler draws. */
  videoVae: folder('video-vae-eve-sim'),
  /** A model folder: post-trained, adapters apart from what they adapt. */
  ditSampler: folder('dit-sampler-eve-sim'),
} as const;

/** All that decides what they compute. */
export const shippedFiles: readonly string[] = [
  shippedModels.tokenizer,
  ...[shippedModels.stTransformer, shippedModels.videoVae, shippedModels.ditSampler].flatMap((model) =>
    ['model.json', 'model.safetensors', 'statistics.safetensors'].map((file) => join(model, file)),
  ),
];
