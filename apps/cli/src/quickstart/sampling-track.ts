import type { CounterfactualEvaluation } from '../evaluate/counterfactuals.ts';
import type { EvaluatedSampling } from '../evaluate/sampling.ts';
import { evaluateSampling } from '../evaluate/sampling.ts';
import { shippedModels } from '../models/shipped-models.ts';
import type { CompressionTrack } from './compression-track.ts';
import { counterfactualStage } from './counterfactual-stage.ts';
import type { PostTraining } from './post-training.ts';
import { postTraining } from './post-training.ts';
import type { Start } from './start.ts';

export interface SamplingTrack extends EvaluatedSampling {
  /** Null where nothing is given: an autoencoder and a sampler take hours from scratch, so the token model predicts alone. */
  readonly training: PostTraining | null;
  /** Null where the data has no pairs of ways to act. */
  readonly counterfactuals: CounterfactualEvaluation | null;
}

/** How well frame 77 is predicted, by the sampler and by the token model rolled out, and whether actions are followed. */
export async function samplingTrack(
  start: Start,
  { run: tokenRun, tokenizerPath: tokenizer }: Pick<CompressionTrack, 'run' | 'tokenizerPath'>,
): Promise<SamplingTrack> {
  const { training: blursFrom, validation: data, stage, plan, tellOrStop } = start;
  const training = start.beginning === 'shipped' ? await postTraining(start) : null;
  const vae = training === null ? {} : { vae: shippedModels.videoVae };
  const [run, ...versus] = training === null ? [tokenRun] : [training.run, tokenRun];
  const evaluated = await stage('sampling', (tell) =>
    evaluateSampling({
      ...{ data, training: blursFrom, run, versus, tokenizer, ...vae },
      ...{ ...plan.sampling.evaluation, onProgress: tellOrStop(tell) },
    }),
  );
  const counterfactuals = await counterfactualStage(start, { runs: [run, ...versus], tokenizer, ...vae });
  return { ...evaluated, training, counterfactuals };
}
