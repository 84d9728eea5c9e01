import type { WindowSpec } from '@borealis/dataset';
import { namedLeaves, tf } from '@borealis/tensor';
import { loadTrained } from '@borealis/trainer';
import type { ModelOrigin, TokenPredictor } from '@borealis/training';
import { countParameters } from '@borealis/training';
import { CliError } from '../cli-error.ts';
import { parametersHash } from './parameters-hash.ts';

export interface LoadedPredictor {
  readonly predictor: TokenPredictor;
  /** The windows that the model was made for. */
  readonly spec: WindowSpec;
  readonly parameterCount: number;
  readonly origin: ModelOrigin;
  /** SHA-256 over its parameters. */
  hash(): string;
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
    parameterCount: countParameters(parameters),
    origin,
    hash: () => parametersHash(parameters),
    dispose: () => {
      predictor.dispose();
      tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    },
  };
}
