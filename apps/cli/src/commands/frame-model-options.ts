import type { Command } from 'commander';

/** What makes frames of a model's latents or tokens, as options give it. */
export interface FrameModelOptions {
  readonly vae?: string;
  readonly tokenizer?: string;
}

/** What commands have in common that show frames of trained models. */
export function addFrameModelOptions(command: Command): Command {
  return command
    .option(
      '--vae <DIR>',
      'autoencoder of a dit-sampler: a run of video-vae, a model folder, or diffusers’ layout',
    )
    .option(
      '--tokenizer <FILE>',
      'tokenizer.safetensors of the tokens that an st-transformer was trained on',
    );
}
