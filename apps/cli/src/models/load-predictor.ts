import type { WindowSpec } from '@borealis/dataset';
import { namedLeaves, tf } from '@borealis/tensor';
import { loadTrained } from '@borealis/trainer';
import type { TokenPredictor } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import type { TokenRunFacts } from '../evaluate/token-recipe.ts';
import { trainedFacts } from './trained-facts.ts';

export interface LoadedPredictor {
  readonly predictor: TokenPredictor;
  /** The windows that the model was made for. */
  readonly spec: WindowSpec;
  /** What is told of it under this name. Reads all of its parameters. */
  facts(name: string): TokenRunFacts;
  dispose(): void;
}

/** The trained model of a run, from its last sound checkpoint, or of a model folder. The backend must have been started. */
export async function loadPredictor(directory: string): Promise<LoadedPredictor> {
  const { model, config, parameters, statistics, origin } = await loadTrained(directory);
  if (model.track !== 'tokens') {
    tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    throw new CliError('nothing-to-evaluate', `${directory} holds a ${model.name}, which predicts no tokens`);
  }
  const predictor = model.createPredictor(config, parameters, statistics);
  return {
    predictor,
    spec: model.windowSpec(config),
    facts: (name) => trainedFacts(name, { parameters, origin }),
    dispose: () => {
      predictor.dispose();
      tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    },
  };
}
