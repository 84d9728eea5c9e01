import { basename } from 'node:path';
import { holdFor, namedLeaves, tf } from '@borealis/tensor';
import { drawsLatents, loadTrained } from '@borealis/trainer';
import type { LatentSampler, TokenPredictor } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import type { TokenRunFacts } from '../evaluate/token-recipe.ts';
import { trainedFacts } from './trained-facts.ts';

interface Loaded {
  readonly facts: TokenRunFacts;
  dispose(): void;
}

/** A model that draws futures as latents. */
export interface LoadedSampler extends Loaded {
  readonly kind: 'latents';
  readonly sampler: LatentSampler;
  /** Content hash of the autoencoder on whose latents it was trained; null where the folder doesn't tell. */
  readonly encoder: string | null;
}

/** A model that predicts tokens. */
export interface LoadedTokenModel extends Loaded {
  readonly kind: 'tokens';
  readonly predictor: TokenPredictor;
}

/**
 * A trained model that says what comes next, from a run or a model folder. The backend must have been started.
 *
 * @param precision in which it will be computed: what is stored in bfloat16 stays so for `bf16`
 *
 * @throws CliError `nothing-to-evaluate` where the folder's model predicts nothing; what `loadTrained` throws
 */
export async function loadForecaster(
  directory: string,
  precision: 'f32' | 'bf16' = 'f32',
): Promise<LoadedSampler | LoadedTokenModel> {
  const { model, config, parameters, statistics, origin } = await loadTrained(directory, {
    hold: holdFor(precision),
  });
  const letGo = (): void => {
    tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
  };
  const facts = () => trainedFacts(basename(directory), { parameters, origin });
  if (model.track === 'tokens') {
    const predictor = model.createPredictor(config, parameters, statistics);
    const dispose = (): void => {
      predictor.dispose();
      letGo();
    };
    return { kind: 'tokens', facts: facts(), predictor, dispose };
  }
  if (drawsLatents(model)) {
    const sampler = model.createSampler(config, parameters, statistics);
    const dispose = (): void => {
      sampler.dispose();
      letGo();
    };
    return { kind: 'latents', facts: facts(), sampler, encoder: origin.latents, dispose };
  }
  letGo();
  throw new CliError('nothing-to-evaluate', `${directory} holds a ${model.name}, which predicts nothing`);
}
