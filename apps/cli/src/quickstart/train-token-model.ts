import { shippedModels } from '../models/shipped-models.ts';
import type { Start } from './start.ts';
import type { TrainingResult } from './training-stage.ts';
import { trainingStage } from './training-stage.ts';

/** Trains the ST-transformer, from scratch or the shipped one further. */
export function trainTokenModel(
  { beginning, stage, signal, plan }: Pick<Start, 'beginning' | 'stage' | 'signal' | 'plan'>,
  {
    tokens,
    run,
  }: { readonly tokens: { readonly training: string; readonly validation: string }; readonly run: string },
): Promise<TrainingResult> {
  const { learning, preset, validation } = plan.tokens;
  return stage('training', (tell) =>
    trainingStage(
      {
        model: 'st-transformer',
        ...(beginning === 'scratch' ? { preset } : { from: shippedModels.stTransformer }),
        ...{ seed: plan.seed, data: tokens.training, run },
        training: learning[beginning].training,
        validation: { data: tokens.validation, ...validation },
      },
      { tell, signal },
    ),
  );
}
