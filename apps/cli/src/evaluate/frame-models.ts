import { resolve } from 'node:path';
import type { Autoencoder, FrameSampler, FrameTask } from '@borealis/evaluator';
import { CONTEXT_FRAMES, createFrameSampler, openAutoencoder, WINDOW_FRAMES } from '@borealis/evaluator';
import type { TokenPredictor } from '@borealis/training';
import type { BlockFsqWeights } from '@borealis/video-tokenizer';
import { CliError } from '../cli-error.ts';
import { loadForecaster } from '../models/load-forecaster.ts';
import { loadTokenizer } from '../tokens/load-tokenizer.ts';
import type { TokenRunFacts } from './token-recipe.ts';
import { runNames } from './token-recipe.ts';

/** A trained model that says what frames come next. */
export type FrameModel = {
  readonly facts: TokenRunFacts;
  readonly task: FrameTask;
} & (
  | { readonly kind: 'samples'; readonly sampler: FrameSampler }
  | { readonly kind: 'tokens'; readonly predictor: TokenPredictor; readonly tokenizer: BlockFsqWeights }
);

export interface FrameModels {
  readonly models: readonly FrameModel[];
  /** Where some draw latents. */
  readonly vae?: Autoencoder;
  dispose(): void;
}

export interface FrameModelsOptions {
  readonly vae?: string | undefined;
  readonly tokenizer?: string | undefined;
  readonly precision?: 'f32' | 'bf16' | undefined;
  readonly tell: (message: string) => void;
}

/**
 * Runs or model folders, with what makes frames of their latents or tokens. The backend must have been started.
 *
 * @throws CliError `invalid-option` where the autoencoder or the tokenizer isn't given, or models have other windows than
 * the first
 */
export async function loadFrameModels(
  folders: readonly string[],
  options: FrameModelsOptions,
): Promise<FrameModels> {
  const { precision = 'f32', tell } = options;
  const nameOf = runNames(folders);
  const held: { dispose(): void }[] = [];
  const models: FrameModel[] = [];
  let vae: Autoencoder | undefined;
  const dispose = (): void => {
    for (const item of held) item.dispose();
  };
  try {
    for (const folder of folders) {
      tell(`loading ${folder}`);
      const loaded = await loadForecaster(folder, precision);
      held.push(loaded);
      const facts = { ...loaded.facts, name: nameOf(folder) };
      if (loaded.kind === 'tokens') {
        if (options.tokenizer === undefined)
          throw new CliError('invalid-option', `${folder} predicts tokens: give its --tokenizer, too`);
        const tokenizer = await loadTokenizer(options.tokenizer);
        const task = { contextFrames: CONTEXT_FRAMES, frames: WINDOW_FRAMES };
        models.push({ kind: 'tokens', facts, task, predictor: loaded.predictor, tokenizer });
        continue;
      }
      if (options.vae === undefined)
        throw new CliError('invalid-option', `${folder} draws latents: give their autoencoder, too: --vae`);
      if (vae === undefined) {
        vae = await openAutoencoder(options.vae, { precision, tell });
        held.push(vae);
      }
      if (loaded.encoder !== null && loaded.encoder !== vae.encoder) {
        tell(
          `note: ${folder} was trained on latents of another autoencoder than ${resolve(options.vae)} (or of this one with other settings)`,
        );
      }
      const sampler = createFrameSampler(loaded.sampler, vae);
      models.push({ kind: 'samples', facts, task: sampler.task, sampler });
    }
    checkSameTask(models);
    return { models, ...(vae === undefined ? {} : { vae }), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** One of them. */
export async function loadFrameModel(
  folder: string,
  options: FrameModelsOptions,
): Promise<{ readonly model: FrameModel; dispose(): void }> {
  const loaded = await loadFrameModels([folder], options);
  return {
    model: loaded.models[0] as FrameModel,
    dispose: () => {
      loaded.dispose();
    },
  };
}

function checkSameTask([first, ...others]: readonly FrameModel[]): void {
  for (const { facts, task } of others) {
    if (first === undefined || JSON.stringify(task) === JSON.stringify(first.task)) continue;
    const tell = ({ contextFrames, frames }: FrameTask) => `${contextFrames} of ${frames} frames given`;
    throw new CliError(
      'invalid-option',
      `${facts.name} was trained with ${tell(task)}, ${first.facts.name} with ${tell(first.task)}: they can't be compared`,
    );
  }
}
