import { openFolderStore } from '@borealis/checkpoints';
import type { WindowSpec } from '@borealis/dataset';
import { namedLeaves, tf } from '@borealis/tensor';
import { loadModel } from '@borealis/trainer';
import type { TokenPredictor } from '@borealis/training';
import { countParameters, readRunDirectory, readTrained } from '@borealis/training';
import { CliError } from '../cli-error.ts';

export interface LoadedPredictor {
  readonly predictor: TokenPredictor;
  /** The windows that the model was made for. */
  readonly spec: WindowSpec;
  readonly parameterCount: number;
  readonly step: number;
  dispose(): void;
}

/** The trained model of a run, from its last sound checkpoint. The backend must have been started. */
export async function loadPredictor(directory: string): Promise<LoadedPredictor> {
  const { config: run, checkpoints } = await readRunDirectory(directory);
  const model = await loadModel(run.model);
  if (model.track !== 'tokens') {
    throw new CliError('nothing-to-evaluate', `${directory} holds a ${model.name}, which predicts no tokens`);
  }
  const config = model.configSchema.parse(run.modelConfig);
  const trained = await readTrained({ store: await openFolderStore(checkpoints), model, config });
  if (trained === null) throw new CliError('no-checkpoint', `${directory} holds no checkpoint yet`);
  const { parameters, statistics, step } = trained;
  const predictor = model.createPredictor(config, parameters, statistics);
  return {
    predictor,
    spec: model.windowSpec(config),
    parameterCount: countParameters(parameters),
    step,
    dispose: () => {
      predictor.dispose();
      tf.dispose(namedLeaves(parameters).map(([, tensor]) => tensor));
    },
  };
}
